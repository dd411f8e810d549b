// The way to the server, from the options and the environment.
#ifndef CAROUSEL_CLIENT_CLI_CONNECTION_H_
#define CAROUSEL_CLIENT_CLI_CONNECTION_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/cli/environment.h"
#include "client/client_options.h"

namespace carousel::client {

// How to get to the server, as it was typed. A file that is not given is "".
struct ConnectionFlags {
  std::string server;    // "host:port"
  std::string key_file;  // else the key is $CAROUSEL_KEY, or there is none
  // The files of TLS ask for it too. What is not given comes from CAROUSEL_TLS,
  // CAROUSEL_TLS_CA, CAROUSEL_TLS_CERT and CAROUSEL_TLS_KEY, the last two
  // together.
  bool tls = false;
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
};

// Reads the key and the certificates. INVALID_ARGUMENT naming the option, or
// the variable, that has to be mended.
absl::StatusOr<ClientOptions> ResolveConnection(const ConnectionFlags& flags,
                                                const Environment& environment);

// Whether others than this machine get to see the key.
bool SendsKeyInClearText(const ClientOptions& options);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_CONNECTION_H_
