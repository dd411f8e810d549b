#include "client/model_export.h"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/call.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

// A folder that is removed again unless it is kept, if it was made here.
class TargetFolder {
 public:
  static absl::StatusOr<std::unique_ptr<TargetFolder>> Create(
      const std::filesystem::path& path) {
    std::error_code error;
    const bool existed = std::filesystem::exists(path, error);
    if (existed && !std::filesystem::is_directory(path, error)) {
      return absl::FailedPreconditionError(
          absl::StrCat("\"", path.string(), "\" is not a folder"));
    }
    if (existed && !std::filesystem::is_empty(path, error)) {
      return absl::FailedPreconditionError(absl::StrCat(
          "the folder \"", path.string(),
          "\" is not empty; name one that is empty or does not exist"));
    }
    RETURN_IF_ERROR(CreateFolder(path));
    return std::make_unique<TargetFolder>(path, !existed);
  }

  TargetFolder(std::filesystem::path path, bool is_new)
      : path_(std::move(path)), remove_(is_new) {}
  ~TargetFolder() {
    std::error_code ignored;
    if (remove_) std::filesystem::remove_all(path_, ignored);
  }

  void Keep() { remove_ = false; }

 private:
  const std::filesystem::path path_;
  bool remove_;
};

// Puts the pieces of an export together.
class ExportWriter {
 public:
  explicit ExportWriter(std::filesystem::path folder)
      : folder_(std::move(folder)) {}

  absl::Status Add(const v1::ExportModelResponse& piece) {
    if (!piece.file().empty()) RETURN_IF_ERROR(Begin(piece.file()));
    if (sha256_ == nullptr) {
      if (piece.data().empty()) return absl::OkStatus();  // the version alone
      return absl::DataLossError("the server sent a piece without a file name");
    }
    RETURN_IF_ERROR(writers_.back()->Append(piece.data()));
    sha256_->Update(piece.data());
    files_.back().bytes += static_cast<std::int64_t>(piece.data().size());
    if (!piece.sha256().empty()) RETURN_IF_ERROR(End(piece.sha256()));
    return absl::OkStatus();
  }

  // Gives all files their names.
  absl::StatusOr<std::vector<ExportedFile>> Commit() {
    if (sha256_ != nullptr || files_.empty()) {
      return absl::DataLossError("the export ended before its last file did");
    }
    for (const auto& writer : writers_) RETURN_IF_ERROR(writer->Commit());
    return std::move(files_);
  }

 private:
  absl::Status Begin(const std::string& name) {
    if (sha256_ != nullptr) {
      return absl::DataLossError(absl::StrCat(
          "the server sent no checksum for ", files_.back().path.string()));
    }
    const std::filesystem::path as_path(name);
    if (as_path.filename() != as_path || name == "." || name == "..") {
      return absl::DataLossError(
          absl::StrCat("the server sent \"", name, "\" as a file name"));
    }
    const std::filesystem::path path = folder_ / as_path;
    ASSIGN_OR_RETURN(auto writer, AtomicFileWriter::Create(path));
    writers_.push_back(std::move(writer));
    files_.push_back({.path = path});
    sha256_ = std::make_unique<Sha256>();
    return absl::OkStatus();
  }

  absl::Status End(const std::string& expected) {
    ExportedFile& file = files_.back();
    file.sha256 = ToHex(sha256_->Finish());
    sha256_.reset();
    if (file.sha256 == expected) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat(file.path.filename().string(), " arrived with SHA-256 ",
                     file.sha256, "; the server says ", expected));
  }

  const std::filesystem::path folder_;
  std::vector<std::unique_ptr<AtomicFileWriter>> writers_;
  std::vector<ExportedFile> files_;
  std::unique_ptr<Sha256> sha256_;  // of the file that has begun
};

}  // namespace

absl::StatusOr<ExportedModel> ExportModel(const Client& client,
                                          const std::string& model,
                                          const std::string& format,
                                          const std::filesystem::path& folder,
                                          const ExportProgress& progress,
                                          const CallOptions& options) {
  ASSIGN_OR_RETURN(const auto target, TargetFolder::Create(folder));
  v1::ExportModelRequest request;
  request.set_model(model);
  request.set_format(format);
  CallContext context(client, options);
  const auto reader = client.model_stub().ExportModel(context.get(), request);

  ExportedModel exported;
  ExportWriter writer(folder);
  std::int64_t received = 0;
  v1::ExportModelResponse piece;
  while (reader->Read(&piece)) {
    if (piece.has_version()) exported.version = piece.version();
    if (const absl::Status added = writer.Add(piece); !added.ok()) {
      context.get()->TryCancel();
      reader->Finish();
      return added;
    }
    received += static_cast<std::int64_t>(piece.data().size());
    progress(received, exported.version.bytes());
  }
  RETURN_IF_ERROR(client.ToStatus(reader->Finish()));
  ASSIGN_OR_RETURN(exported.files, writer.Commit());
  target->Keep();
  return exported;
}

}  // namespace carousel::client
