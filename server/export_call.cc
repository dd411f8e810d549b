#include "server/export_call.h"

#include <fcntl.h>

#include <utility>

#include "absl/status/status.h"
#include "core/base/status_macros.h"
#include "server/unary_call.h"

namespace carousel {

ExportCall::ExportCall(const absl::Status& admitted,
                       grpc::CallbackServerContext& context, Executor& executor,
                       Prepare prepare)
    : executor_(executor), prepare_(std::move(prepare)), end_(context) {
  if (admitted.ok()) {
    executor_.Run([this] { Begin(); });
  } else {
    End(admitted);
  }
}

void ExportCall::End(const absl::Status& status) {
  Finish(end_.Conclude(status));
}

void ExportCall::Begin() {
  const absl::Status status = RunGuarded([this]() -> absl::Status {
    ASSIGN_OR_RETURN(export_, prepare_(stop_.get_token()));
    return OpenFiles();
  });
  if (!status.ok()) return End(status);
  *piece_.mutable_version() = export_.version;
  WriteNext();
}

absl::Status ExportCall::OpenFiles() {
  for (const ExportFile& file : export_.content.files) {
    ASSIGN_OR_RETURN(FileDescriptor opened,
                     FileDescriptor::Open(file.path, O_RDONLY));
    open_files_.push_back(std::move(opened));
  }
  export_.content.made.reset();  // open files need no names
  return absl::OkStatus();
}

void ExportCall::WriteNext() {
  if (stop_.stop_requested()) {
    return End(absl::CancelledError("the caller left"));
  }
  const absl::StatusOr<bool> more = ReadPiece();
  if (!more.ok()) return End(more.status());
  if (!*more) return End(absl::OkStatus());
  StartWrite(&piece_);
}

absl::StatusOr<std::string> ExportCall::ReadBytes() {
  std::string bytes(kPieceBytes, '\0');
  ASSIGN_OR_RETURN(const std::size_t size,
                   open_files_[next_file_].Read(bytes.data(), bytes.size()));
  bytes.resize(size);
  return bytes;
}

absl::StatusOr<bool> ExportCall::ReadPiece() {
  if (next_file_ == export_.content.files.size()) return false;
  if (!file_has_begun_) {
    file_has_begun_ = true;
    piece_.set_file(export_.content.files[next_file_].name);
    ASSIGN_OR_RETURN(ahead_, ReadBytes());
  }
  *piece_.mutable_data() = std::move(ahead_);
  ASSIGN_OR_RETURN(ahead_, ReadBytes());
  if (ahead_.empty()) {  // that was the file's last piece
    piece_.set_sha256(export_.content.files[next_file_].sha256);
    file_has_begun_ = false;
    ++next_file_;
  }
  return true;
}

void ExportCall::OnWriteDone(bool ok) {
  if (!ok) return End(absl::CancelledError("the caller left"));
  executor_.Run([this] {
    piece_.Clear();
    WriteNext();
  });
}

}  // namespace carousel
