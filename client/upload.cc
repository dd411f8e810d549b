#include "client/upload.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "client/call.h"
#include "client/input_file.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

// A file as messages of a stream.
template <typename Request>
class FileSender {
 public:
  explicit FileSender(grpc::ClientWriterInterface<Request>& writer)
      : writer_(writer) {}

  // A write that fails means that the server has answered already: the status
  // of the call says why, and nothing more is to be sent.
  bool answered() const { return answered_; }

  void Write(const Request& request) {
    if (!answered_) answered_ = !writer_.Write(request);
  }

  // Sends each piece as `set` puts it into a request; gives the checksum.
  absl::StatusOr<std::string> SendFile(InputFile& file,
                                       const UploadProgress& progress,
                                       void (*set)(Request& request,
                                                   std::string piece)) {
    Request request;
    Sha256 sha256;
    for (std::int64_t sent = 0; !answered_;) {
      ASSIGN_OR_RETURN(std::string piece, file.Read());
      if (piece.empty()) break;
      sha256.Update(piece);
      sent += static_cast<std::int64_t>(piece.size());
      set(request, std::move(piece));
      Write(request);
      if (!answered_ && progress) progress(sent, file.size());
    }
    return ToHex(sha256.Finish());
  }

 private:
  grpc::ClientWriterInterface<Request>& writer_;
  bool answered_ = false;
};

// What there is to send.
struct InputFiles {
  InputFile file;
  std::optional<InputFile> vocabulary;
};

absl::StatusOr<InputFiles> OpenInput(const std::filesystem::path& file,
                                     const std::filesystem::path& vocabulary) {
  ASSIGN_OR_RETURN(InputFile main, InputFile::Open(file));
  InputFiles files{.file = std::move(main), .vocabulary = std::nullopt};
  if (!vocabulary.empty()) {
    ASSIGN_OR_RETURN(files.vocabulary, InputFile::Open(vocabulary));
  }
  return files;
}

// Sends header, data and end.
template <typename Request, typename Header>
absl::Status Send(const Header& header, InputFiles& files,
                  const UploadProgress& progress,
                  grpc::ClientWriterInterface<Request>& writer) {
  FileSender<Request> sender(writer);
  Request request;
  *request.mutable_header() = header;
  sender.Write(request);
  v1::UploadEnd end;
  if constexpr (requires { request.vocabulary_data(); }) {
    if (files.vocabulary.has_value()) {
      ASSIGN_OR_RETURN(
          *end.mutable_vocabulary_sha256(),
          sender.SendFile(*files.vocabulary, nullptr,
                          [](Request& piece, std::string bytes) {
                            piece.set_vocabulary_data(std::move(bytes));
                          }));
    }
  }
  ASSIGN_OR_RETURN(*end.mutable_sha256(),
                   sender.SendFile(files.file, progress,
                                   [](Request& piece, std::string bytes) {
                                     piece.set_data(std::move(bytes));
                                   }));
  *request.mutable_end() = std::move(end);
  sender.Write(request);
  return absl::OkStatus();
}

template <typename Request, typename Response, typename Stub, typename Header>
absl::StatusOr<Response> Upload(
    const Client& client, Stub& stub,
    std::unique_ptr<grpc::ClientWriterInterface<Request>> (Stub::*method)(
        grpc::ClientContext*, Response*),
    const Header& header, InputFiles files, const UploadProgress& progress,
    const CallOptions& options) {
  CallContext context(client, options);
  Response response;
  const auto writer = (stub.*method)(context.get(), &response);
  const absl::Status sent = Send<Request>(header, files, progress, *writer);
  if (!sent.ok()) {
    context.get()->TryCancel();
    writer->Finish();
    return sent;
  }
  writer->WritesDone();
  RETURN_IF_ERROR(client.ToStatus(writer->Finish()));
  return response;
}

}  // namespace

absl::StatusOr<v1::UploadDatasetResponse> UploadDataset(
    const Client& client, const v1::DatasetHeader& header,
    const std::filesystem::path& file, const UploadProgress& progress,
    const CallOptions& options) {
  ASSIGN_OR_RETURN(InputFiles files, OpenInput(file, /*vocabulary=*/{}));
  return Upload(client, client.dataset_stub(),
                &v1::DatasetService::StubInterface::UploadDataset, header,
                std::move(files), progress, options);
}

absl::StatusOr<v1::UploadVectorsResponse> UploadVectors(
    const Client& client, const v1::VectorsHeader& header,
    const std::filesystem::path& file, const std::filesystem::path& vocabulary,
    const UploadProgress& progress, const CallOptions& options) {
  ASSIGN_OR_RETURN(InputFiles files, OpenInput(file, vocabulary));
  return Upload(client, client.dataset_stub(),
                &v1::DatasetService::StubInterface::UploadVectors, header,
                std::move(files), progress, options);
}

}  // namespace carousel::client
