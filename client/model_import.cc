#include "client/model_import.h"

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/call.h"
#include "client/input_file.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

namespace fs = std::filesystem;
using Writer = grpc::ClientWriterInterface<v1::ImportModelRequest>;

// docs/model_format.md. The small ones first: the server says what is wrong
// with a name before the weights are sent.
constexpr const char* kFiles[] = {"config.json", "metrics.json",
                                  "provenance.json", "vocabulary.txt",
                                  "model.safetensors"};

struct Content {
  std::vector<fs::path> files;  // to send
  std::int64_t bytes = 0;       // of them
  std::vector<std::string> left_out;
};

absl::StatusOr<Content> ListFolder(const fs::path& folder) {
  std::error_code error;
  Content content;
  for (fs::directory_iterator entry(folder, error);
       entry != fs::directory_iterator(); entry.increment(error)) {
    if (error) break;
    const std::string name = entry->path().filename().string();
    if (std::ranges::find(kFiles, name) == std::end(kFiles)) {
      content.left_out.push_back(name);
    }
  }
  if (error) {
    return absl::InvalidArgumentError(
        ErrnoToStatus(error.value(), "list", folder).message());
  }
  std::ranges::sort(content.left_out);
  for (const char* name : kFiles) {
    // A link to nowhere is for Open to report.
    if (!fs::exists(fs::symlink_status(folder / name, error))) continue;
    ASSIGN_OR_RETURN(const InputFile file, InputFile::Open(folder / name));
    content.bytes += file.size();
    content.files.push_back(folder / name);
  }
  return content;
}

// Sends what a folder holds. A write that fails means that the server has
// answered already: the status of the call says why.
class FolderSender {
 public:
  // Nothing is owned.
  FolderSender(const Content& content, const ImportProgress& progress,
               Writer& writer)
      : content_(content), progress_(progress), writer_(writer) {}

  absl::Status Send(const std::string& model) {
    request_.mutable_header()->set_model(model);
    if (!writer_.Write(request_)) return absl::OkStatus();
    for (const fs::path& path : content_.files) {
      ASSIGN_OR_RETURN(const bool goes_on, SendFile(path));
      if (!goes_on) return absl::OkStatus();
    }
    request_.mutable_end();
    writer_.Write(request_);
    return absl::OkStatus();
  }

 private:
  // False once the server has answered.
  absl::StatusOr<bool> SendFile(const fs::path& path) {
    v1::ImportFile& header = *request_.mutable_file();
    header.set_name(path.filename().string());
    ASSIGN_OR_RETURN(*header.mutable_sha256(), Sha256OfFile(path));
    if (!writer_.Write(request_)) return false;
    ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
    for (;;) {
      ASSIGN_OR_RETURN(std::string piece, file.Read());
      if (piece.empty()) return true;
      sent_ += static_cast<std::int64_t>(piece.size());
      request_.set_data(std::move(piece));
      if (!writer_.Write(request_)) return false;
      progress_(sent_, content_.bytes);
    }
  }

  const Content& content_;
  const ImportProgress& progress_;
  Writer& writer_;
  v1::ImportModelRequest request_;
  std::int64_t sent_ = 0;
};

}  // namespace

absl::StatusOr<ImportedModel> ImportModel(const Client& client,
                                          const std::string& model,
                                          const fs::path& folder,
                                          const ImportProgress& progress,
                                          const CallOptions& options) {
  ASSIGN_OR_RETURN(Content content, ListFolder(folder));
  CallContext context(client, options);
  v1::ImportModelResponse response;
  const auto writer = client.model_stub().ImportModel(context.get(), &response);
  const absl::Status sent =
      FolderSender(content, progress, *writer).Send(model);
  if (!sent.ok()) {
    context.get()->TryCancel();
    writer->Finish();
    return sent;
  }
  writer->WritesDone();
  RETURN_IF_ERROR(client.ToStatus(writer->Finish()));
  return ImportedModel{std::move(*response.mutable_version()),
                       std::move(content.left_out)};
}

}  // namespace carousel::client
