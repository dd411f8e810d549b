// Where a server listens: "HOST:PORT".
#ifndef CAROUSEL_SERVER_LISTEN_ADDRESS_H_
#define CAROUSEL_SERVER_LISTEN_ADDRESS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace carousel {

struct ListenAddress {
  std::string host;  // an IPv6 address in brackets, as it was written
  int port = 0;      // 0: any free one

  // INVALID_ARGUMENT with a violation of `field` for what is not HOST:PORT.
  static absl::StatusOr<ListenAddress> Parse(std::string_view field,
                                             std::string_view text);
  std::string ToString() const;

  // Whether only this machine can reach it: 127.0.0.0/8, [::1], localhost.
  bool IsLoopback() const;
  bool operator==(const ListenAddress&) const = default;
};

// OK when one can listen on `address` now; else UNAVAILABLE saying why, in the
// operating system's words, which gRPC and the metrics' web server keep.
absl::Status CheckListen(const ListenAddress& address);
// The same for an address on which listening has just failed: never OK.
absl::Status ExplainListenFailure(const ListenAddress& address);

// Connects to `address` and hangs up, to wake who listens there.
void Knock(const ListenAddress& address);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_LISTEN_ADDRESS_H_
