#include "server/admin_service.h"

#include <array>
#include <stop_token>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

struct LevelName {
  LogLevel level;
  v1::LogLevel proto;
};
constexpr std::array kLevels = {
    LevelName{LogLevel::trace, v1::LOG_LEVEL_TRACE},
    LevelName{LogLevel::debug, v1::LOG_LEVEL_DEBUG},
    LevelName{LogLevel::info, v1::LOG_LEVEL_INFO},
    LevelName{LogLevel::warn, v1::LOG_LEVEL_WARNING},
    LevelName{LogLevel::err, v1::LOG_LEVEL_ERROR},
    LevelName{LogLevel::critical, v1::LOG_LEVEL_CRITICAL},
    LevelName{LogLevel::off, v1::LOG_LEVEL_OFF}};

v1::LogLevel ToProto(LogLevel level) {
  for (const LevelName& name : kLevels) {
    if (name.level == level) return name.proto;
  }
  return v1::LOG_LEVEL_UNSPECIFIED;
}

absl::StatusOr<LogLevel> FromProto(v1::LogLevel level) {
  for (const LevelName& name : kLevels) {
    if (name.proto == level) return name.level;
  }
  FieldViolations violations;
  violations.Add(
      "level",
      absl::StrCat("level is ", static_cast<int>(level), "; it must be ",
                   static_cast<int>(kLevels.front().proto),
                   " (LOG_LEVEL_TRACE) to ",
                   static_cast<int>(kLevels.back().proto), " (LOG_LEVEL_OFF)"));
  return violations.ToStatus();
}

}  // namespace

grpc::ServerWriteReactor<v1::BackupResponse>* AdminService::Backup(
    grpc::CallbackServerContext* context, const v1::BackupRequest* request) {
  absl::Status admitted = authorizer_.Authorize(*context, Role::kAdmin);
  admitted.Update(gate_.Admit());
  return new BackupCall(admitted, *context, files_, create_backup_);
}

grpc::ServerUnaryReactor* AdminService::GetLogLevel(
    grpc::CallbackServerContext* context, const v1::GetLogLevelRequest* request,
    v1::GetLogLevelResponse* response) {
  return quick_.Run(authorizer_.Authorize(*context, Role::kAdmin), *context,
                    [=, this](const std::stop_token&) {
                      response->set_level(ToProto(log_.level()));
                      return absl::OkStatus();
                    });
}

grpc::ServerUnaryReactor* AdminService::SetLogLevel(
    grpc::CallbackServerContext* context, const v1::SetLogLevelRequest* request,
    v1::SetLogLevelResponse* response) {
  return quick_.Run(
      authorizer_.Authorize(*context, Role::kAdmin), *context,
      [=, this](const std::stop_token&) -> absl::Status {
        ASSIGN_OR_RETURN(const LogLevel level, FromProto(request->level()));
        const LogLevel previous = log_.level();
        // While the chattier of the two is in force.
        if (level < previous) log_.set_level(level);
        log_.Info("log_level", {{"level", ToString(level)},
                                {"previous_level", ToString(previous)}});
        log_.set_level(level);
        response->set_previous_level(ToProto(previous));
        return absl::OkStatus();
      });
}

}  // namespace carousel
