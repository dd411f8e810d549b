// carousel server info
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/table.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

absl::StatusOr<ExitCode> ShowServerInfo(Session& session) {
  ASSIGN_OR_RETURN(const v1::ServerInfo server,
                   session.client().GetServerInfo(session.ShortCall()));
  if (session.json()) {
    session.PrintJson(ToJson(server));
    return ExitCode::kDone;
  }
  PrintFields(
      session.console().out(),
      {{"server", session.client().address()},
       {"version", server.version()},
       {"torch", server.torch()},
       {"device", server.device()},
       {"engine", server.engine()},
       {"jobs",
        absl::StrCat(server.running_jobs(), " running, ", server.queued_jobs(),
                     " queued, ", server.train_slots(),
                     server.train_slots() == 1 ? " slot" : " slots")},
       {"models loaded", server.loaded_models().empty()
                             ? "none"
                             : absl::StrJoin(server.loaded_models(), ", ")},
       {"texts waiting", FormatCount(server.predict_queue_depth())},
       {"started", FormatTimestamp(server.started_at())},
       {"metrics", server.metrics_address()}});
  return ExitCode::kDone;
}

}  // namespace

void AddServerInfo(CommandLine& line, CLI::App& group) {
  line.AddCommand(group,
                  {.name = "info",
                   .description = "Version, device, engine and load",
                   .example = "carousel server info"},
                  ShowServerInfo);
}

}  // namespace carousel::client
