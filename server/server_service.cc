#include "server/server_service.h"

#include <stop_token>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/store/records.h"

namespace carousel {

grpc::ServerUnaryReactor* ServerService::GetServerInfo(
    grpc::CallbackServerContext* context,
    const v1::GetServerInfoRequest* request,
    v1::GetServerInfoResponse* response) {
  return unary_.Run(authorizer_.Authorize(*context, Role::kPredict), *context,
                    [=, this](const std::stop_token&) -> absl::Status {
                      ASSIGN_OR_RETURN(*response->mutable_server(), Describe());
                      return absl::OkStatus();
                    });
}

absl::StatusOr<v1::ServerInfo> ServerService::Describe() const {
  ASSIGN_OR_RETURN(const auto jobs, jobs_.CountByState());
  v1::ServerInfo info = fixed_;
  info.set_running_jobs(jobs[static_cast<int>(JobState::kRunning)]);
  info.set_queued_jobs(jobs[static_cast<int>(JobState::kQueued)]);
  for (const LoadedVersion& loaded : registry_.Loaded()) {
    info.add_loaded_models(absl::StrCat(loaded.model, "@", loaded.version));
  }
  info.set_predict_queue_depth(
      static_cast<std::int64_t>(predictor_.queue_depth()));
  return info;
}

}  // namespace carousel
