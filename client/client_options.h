// Which server a client talks to, and who it says it is.
#ifndef CAROUSEL_CLIENT_CLIENT_OPTIONS_H_
#define CAROUSEL_CLIENT_CLIENT_OPTIONS_H_

#include <optional>
#include <string>

namespace carousel::client {

// Texts in PEM.
struct TlsOptions {
  // Who may have signed the server's certificate; "": those that the system
  // trusts.
  std::string root_certificates;
  // What the client shows of itself, where the server asks for it.
  std::string certificate;
  std::string private_key;
};

struct ClientOptions {
  std::string address;  // "host:port"
  // Sent with every call, where it is not "". Of visible ASCII characters;
  // gRPC ends the program over others.
  std::string key;
  std::optional<TlsOptions> tls;  // nothing: clear text
};

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLIENT_OPTIONS_H_
