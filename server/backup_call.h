// A Backup stream: the archive, piece by piece.
#ifndef CAROUSEL_SERVER_BACKUP_CALL_H_
#define CAROUSEL_SERVER_BACKUP_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <stop_token>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "carousel/v1/admin.pb.h"
#include "core/base/executor.h"
#include "core/store/backup.h"
#include "server/call_end.h"

namespace carousel {

// Deletes itself once gRPC is done with it.
class BackupCall final : public grpc::ServerWriteReactor<v1::BackupResponse> {
 public:
  // Makes the backup; CANCELLED once `stop` is requested.
  using Create = std::function<absl::StatusOr<std::unique_ptr<Backup>>(
      const std::stop_token& stop)>;

  // `create` is run, as the reading is, on `executor` (not owned). A call that
  // is not `admitted` ends with that.
  BackupCall(const absl::Status& admitted, grpc::CallbackServerContext& context,
             Executor& executor, Create create);

 private:
  void Begin();
  void WriteNext();
  // Fills in the next piece; false when the archive is written.
  absl::StatusOr<bool> ReadPiece();
  void End(const absl::Status& status);

  void OnWriteDone(bool ok) override;
  void OnCancel() override { stop_.request_stop(); }
  void OnDone() override { delete this; }

  Executor& executor_;
  const Create create_;
  CallEnd end_;
  std::stop_source stop_;
  // Below: touched by one task or reaction at a time.
  std::unique_ptr<Backup> backup_;
  v1::BackupResponse piece_;
  bool at_end_ = false;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_BACKUP_CALL_H_
