#include "server/export_call.h"

#include <fcntl.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/store/data_folder.h"
#include "server/status_translation.h"
#include "server/unary_call.h"

namespace carousel {

absl::StatusOr<std::vector<ExportFile>> ReadExportFiles(
    const std::filesystem::path& folder) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(folder / kChecksumsFile));
  std::vector<ExportFile> files;
  for (const absl::string_view line :
       absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> parts =
        absl::StrSplit(line, absl::MaxSplits("  ", 1));
    if (parts.size() != 2) {
      return absl::DataLossError(
          absl::StrCat(kChecksumsFile, " of the version is damaged"));
    }
    files.push_back({.name = parts[1], .sha256 = parts[0]});
  }
  return files;
}

ExportCall::ExportCall(const absl::Status& admitted, Executor& executor,
                       std::function<absl::StatusOr<ModelExport>()> prepare)
    : executor_(executor), prepare_(std::move(prepare)) {
  if (admitted.ok()) {
    executor_.Run([this] { Prepare(); });
  } else {
    Finish(ToGrpcStatus(admitted));
  }
}

void ExportCall::Prepare() {
  const absl::Status status = RunGuarded([this]() -> absl::Status {
    ASSIGN_OR_RETURN(content_, prepare_());
    return absl::OkStatus();
  });
  if (!status.ok()) return Finish(ToGrpcStatus(status));
  *piece_.mutable_version() = content_.version;
  WriteNext();
}

void ExportCall::WriteNext() {
  const absl::StatusOr<bool> more = ReadPiece();
  if (!more.ok()) return Finish(ToGrpcStatus(more.status()));
  if (!*more) return Finish(grpc::Status::OK);
  StartWrite(&piece_);
}

absl::Status ExportCall::OpenFile() {
  const ExportFile& file = content_.files[next_file_];
  ASSIGN_OR_RETURN(file_,
                   FileDescriptor::Open(content_.folder / file.name, O_RDONLY));
  piece_.set_file(file.name);
  ASSIGN_OR_RETURN(ahead_, ReadBytes());
  return absl::OkStatus();
}

absl::StatusOr<std::string> ExportCall::ReadBytes() {
  std::string bytes(kPieceBytes, '\0');
  ASSIGN_OR_RETURN(const std::size_t size,
                   file_->Read(bytes.data(), bytes.size()));
  bytes.resize(size);
  return bytes;
}

absl::StatusOr<bool> ExportCall::ReadPiece() {
  if (!file_) {
    if (next_file_ == content_.files.size()) return false;
    RETURN_IF_ERROR(OpenFile());
  }
  *piece_.mutable_data() = std::move(ahead_);
  ASSIGN_OR_RETURN(ahead_, ReadBytes());
  if (ahead_.empty()) {  // that was the file's last piece
    piece_.set_sha256(content_.files[next_file_].sha256);
    file_.reset();
    ++next_file_;
  }
  return true;
}

void ExportCall::OnWriteDone(bool ok) {
  if (!ok) {
    return Finish(ToGrpcStatus(absl::CancelledError("the caller left")));
  }
  executor_.Run([this] {
    piece_.Clear();
    WriteNext();
  });
}

}  // namespace carousel
