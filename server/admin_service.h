// carousel.v1.AdminService over core.
#ifndef CAROUSEL_SERVER_ADMIN_SERVICE_H_
#define CAROUSEL_SERVER_ADMIN_SERVICE_H_

#include <functional>
#include <memory>
#include <stop_token>

#include "absl/status/statusor.h"
#include "carousel/v1/admin.grpc.pb.h"
#include "core/base/executor.h"
#include "logging/event_log.h"
#include "server/authorizer.h"
#include "server/backup_call.h"
#include "server/drain_gate.h"
#include "server/unary_call.h"

namespace carousel {

class AdminService final : public v1::AdminService::CallbackService {
 public:
  // Backups are made and read on `files`, the rest is done on `quick`. Nothing
  // is owned.
  AdminService(const Authorizer& authorizer, BackupCall::Create create_backup,
               Executor& files, EventLog& log, const UnaryRunner& quick,
               const DrainGate& gate)
      : authorizer_(authorizer),
        create_backup_(std::move(create_backup)),
        files_(files),
        log_(log),
        quick_(quick),
        gate_(gate) {}

  grpc::ServerWriteReactor<v1::BackupResponse>* Backup(
      grpc::CallbackServerContext* context,
      const v1::BackupRequest* request) override;
  grpc::ServerUnaryReactor* GetLogLevel(
      grpc::CallbackServerContext* context,
      const v1::GetLogLevelRequest* request,
      v1::GetLogLevelResponse* response) override;
  grpc::ServerUnaryReactor* SetLogLevel(
      grpc::CallbackServerContext* context,
      const v1::SetLogLevelRequest* request,
      v1::SetLogLevelResponse* response) override;

 private:
  const Authorizer& authorizer_;
  const BackupCall::Create create_backup_;
  Executor& files_;
  EventLog& log_;
  const UnaryRunner& quick_;
  const DrainGate& gate_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_ADMIN_SERVICE_H_
