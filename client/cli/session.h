// What a command works with: the server, the console, the time it has.
#ifndef CAROUSEL_CLIENT_CLI_SESSION_H_
#define CAROUSEL_CLIENT_CLI_SESSION_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "client/cli/connection.h"
#include "client/cli/console.h"
#include "client/cli/environment.h"
#include "client/client.h"
#include "nlohmann/json.hpp"

namespace carousel::client {

// Options that every command takes.
struct GlobalOptions {
  ConnectionFlags connection;
  bool json = false;
  std::optional<double> timeout_seconds;
};

// One run of one command. Not thread-safe.
class Session {
 public:
  // `connection` is what the options' came to.
  Session(const Environment& environment, const GlobalOptions& options,
          const ClientOptions& connection);

  const Client& client() const { return client_; }
  Console& console() { return console_; }
  const Environment& environment() const { return environment_; }
  bool json() const { return options_.json; }

  // Prints one object in one line.
  void PrintJson(const nlohmann::ordered_json& json);

  // For calls that look something up or write it down: a minute, unless
  // --timeout says otherwise.
  CallOptions ShortCall() const;
  // For calls that compute or move files: as long as they take, unless
  // --timeout says otherwise.
  CallOptions LongCall() const;

 private:
  const Environment& environment_;
  const GlobalOptions options_;
  const absl::Time deadline_;  // --timeout counts from the start
  const Client client_;
  Console console_;
};

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_SESSION_H_
