#include "client/upload.h"

#include <cerrno>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/call.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

constexpr std::size_t kPieceBytes = 1 << 20;

// A local file that is read from its begin to its end.
class InputFile {
 public:
  static absl::StatusOr<InputFile> Open(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", path.string(), "\" is a folder, not a file"));
    }
    const auto size = std::filesystem::file_size(path, error);
    std::ifstream stream(path, std::ios::binary);
    if (error || !stream) {
      const int error_number = error ? error.value() : errno;
      return absl::InvalidArgumentError(
          ErrnoToStatus(error_number, "open", path).message());
    }
    return InputFile(path, std::move(stream), static_cast<std::int64_t>(size));
  }

  // The next piece; empty at the end.
  absl::StatusOr<std::string> Read() {
    std::string piece(kPieceBytes, '\0');
    stream_.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (stream_.bad()) return ErrnoToStatus(errno, "read", path_);
    piece.resize(static_cast<std::size_t>(stream_.gcount()));
    return piece;
  }

  std::int64_t size() const { return size_; }

 private:
  InputFile(std::filesystem::path path, std::ifstream stream, std::int64_t size)
      : path_(std::move(path)), stream_(std::move(stream)), size_(size) {}

  std::filesystem::path path_;
  std::ifstream stream_;
  std::int64_t size_;
};

// Sends header, data and end. A write that fails means that the server has
// answered already: the status of the call says why.
template <typename Request, typename Header>
absl::Status Send(const Header& header, InputFile& file,
                  const UploadProgress& progress,
                  grpc::ClientWriterInterface<Request>& writer) {
  Request request;
  *request.mutable_header() = header;
  if (!writer.Write(request)) return absl::OkStatus();
  Sha256 sha256;
  for (std::int64_t sent = 0;;) {
    ASSIGN_OR_RETURN(std::string piece, file.Read());
    if (piece.empty()) break;
    sha256.Update(piece);
    sent += static_cast<std::int64_t>(piece.size());
    request.set_data(std::move(piece));
    if (!writer.Write(request)) return absl::OkStatus();
    progress(sent, file.size());
  }
  request.mutable_end()->set_sha256(ToHex(sha256.Finish()));
  writer.Write(request);
  return absl::OkStatus();
}

template <typename Request, typename Response, typename Stub, typename Header>
absl::StatusOr<Response> Upload(
    const Client& client, Stub& stub,
    std::unique_ptr<grpc::ClientWriterInterface<Request>> (Stub::*method)(
        grpc::ClientContext*, Response*),
    const Header& header, const std::filesystem::path& path,
    const UploadProgress& progress, const CallOptions& options) {
  ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  CallContext context(client, options);
  Response response;
  const auto writer = (stub.*method)(context.get(), &response);
  const absl::Status sent = Send<Request>(header, file, progress, *writer);
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
  return Upload(client, client.dataset_stub(),
                &v1::DatasetService::StubInterface::UploadDataset, header, file,
                progress, options);
}

absl::StatusOr<v1::UploadVectorsResponse> UploadVectors(
    const Client& client, const v1::VectorsHeader& header,
    const std::filesystem::path& file, const UploadProgress& progress,
    const CallOptions& options) {
  return Upload(client, client.dataset_stub(),
                &v1::DatasetService::StubInterface::UploadVectors, header, file,
                progress, options);
}

}  // namespace carousel::client
