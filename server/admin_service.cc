#include "server/admin_service.h"

#include "absl/status/status.h"

namespace carousel {

grpc::ServerWriteReactor<v1::BackupResponse>* AdminService::Backup(
    grpc::CallbackServerContext* context, const v1::BackupRequest* request) {
  absl::Status admitted = authorizer_.Authorize(*context, Role::kAdmin);
  admitted.Update(gate_.Admit());
  return new BackupCall(admitted, *context, files_, create_backup_);
}

}  // namespace carousel
