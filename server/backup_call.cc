#include "server/backup_call.h"

#include <utility>

#include "core/base/status_macros.h"
#include "server/unary_call.h"

namespace carousel {

BackupCall::BackupCall(const absl::Status& admitted,
                       grpc::CallbackServerContext& context, Executor& executor,
                       Create create)
    : executor_(executor), create_(std::move(create)), end_(context) {
  if (admitted.ok()) {
    executor_.Run([this] { Begin(); });
  } else {
    End(admitted);
  }
}

void BackupCall::End(const absl::Status& status) {
  backup_.reset();  // before the caller hears that it is over
  Finish(end_.Conclude(status));
}

void BackupCall::Begin() {
  const absl::Status status = RunGuarded([this]() -> absl::Status {
    ASSIGN_OR_RETURN(backup_, create_(stop_.get_token()));
    return absl::OkStatus();
  });
  if (!status.ok()) return End(status);
  piece_.set_file_bytes(backup_->bytes());
  WriteNext();
}

void BackupCall::WriteNext() {
  if (stop_.stop_requested()) {
    return End(absl::CancelledError("the caller left"));
  }
  bool more = false;
  const absl::Status status = RunGuarded([&]() -> absl::Status {
    ASSIGN_OR_RETURN(more, ReadPiece());
    return absl::OkStatus();
  });
  if (!status.ok() || !more) return End(status);
  StartWrite(&piece_);
}

absl::StatusOr<bool> BackupCall::ReadPiece() {
  if (at_end_) return false;
  ASSIGN_OR_RETURN(*piece_.mutable_data(), backup_->Read());
  if (piece_.data().empty()) {
    at_end_ = true;
    piece_.set_sha256(backup_->TakeSha256());
  }
  return true;
}

void BackupCall::OnWriteDone(bool ok) {
  executor_.Run([this, ok] {
    // Here, since the snapshot's removal takes a while.
    if (!ok) return End(absl::CancelledError("the caller left"));
    piece_.Clear();
    WriteNext();
  });
}

}  // namespace carousel
