#include "client/cli/session.h"

namespace carousel::client {
namespace {

constexpr absl::Duration kShortCallLimit = absl::Minutes(1);

absl::Time Deadline(const Environment& environment,
                    const GlobalOptions& options) {
  if (!options.timeout_seconds.has_value()) return absl::InfiniteFuture();
  return environment.clock.Now() + absl::Seconds(*options.timeout_seconds);
}

}  // namespace

Session::Session(const Environment& environment, const GlobalOptions& options,
                 const ClientOptions& connection)
    : environment_(environment),
      options_(options),
      deadline_(Deadline(environment, options)),
      client_(connection),
      console_(environment) {}

void Session::PrintJson(const nlohmann::ordered_json& json) {
  // Text that is not UTF-8 must not break the output.
  console_.out() << json.dump(-1, ' ', false,
                              nlohmann::json::error_handler_t::replace)
                 << std::endl;
}

CallOptions Session::ShortCall() const {
  CallOptions options = LongCall();
  if (!options_.timeout_seconds.has_value()) {
    options.deadline = environment_.clock.Now() + kShortCallLimit;
  }
  return options;
}

CallOptions Session::LongCall() const {
  return {.deadline = deadline_, .stop = environment_.stop};
}

}  // namespace carousel::client
