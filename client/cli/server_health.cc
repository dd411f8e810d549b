// carousel server health
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/error_output.h"
#include "client/cli/table.h"

namespace carousel::client {
namespace {

using grpc::health::v1::HealthCheckResponse;

// For a probe every error means the same, whatever its code: ask again later,
// and do not count on the server until then.
absl::Status AsUnavailable(const absl::Status& error, const Client& client) {
  if (absl::IsCancelled(error) || ToExitCode(error) == ExitCode::kUnavailable) {
    return error;
  }
  return absl::UnavailableError(absl::StrCat("the server at ", client.address(),
                                             " does not say how it is (",
                                             error.message(), ")"));
}

absl::StatusOr<ExitCode> ShowServerHealth(Session& session) {
  const absl::StatusOr<HealthCheckResponse> health =
      session.client().CheckHealth(session.ShortCall());
  if (!health.ok()) return AsUnavailable(health.status(), session.client());
  const std::string status =
      HealthCheckResponse::ServingStatus_Name(health->status());
  if (session.json()) {
    session.PrintJson({{"status", status}});
  } else {
    PrintFields(session.console().out(),
                {{"server", session.client().address()}, {"status", status}});
  }
  return health->status() == HealthCheckResponse::SERVING
             ? ExitCode::kDone
             : ExitCode::kUnavailable;
}

}  // namespace

void AddServerHealth(CommandLine& line, CLI::App& group) {
  line.AddCommand(
      group,
      {.name = "health",
       .description = "Whether the server takes calls, for probes",
       .example = "carousel server health --timeout=5",
       .notes = "It asks for no key. The exit code is 0 when the status is "
                "SERVING, else 5."},
      ShowServerHealth);
}

}  // namespace carousel::client
