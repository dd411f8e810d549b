#include "server/listen_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/error_details.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

constexpr int kMaxPort = 65535;

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

std::string WithoutBrackets(const std::string& host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    return host.substr(1, host.size() - 2);
  }
  return host;
}

// Empty, with getaddrinfo's code in `error`, for a host that is not known.
AddressList Resolve(const ListenAddress& address, int& error) {
  addrinfo hints = {};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  error = getaddrinfo(WithoutBrackets(address.host).c_str(),
                      std::to_string(address.port).c_str(), &hints, &found);
  return AddressList(error == 0 ? found : nullptr, &freeaddrinfo);
}

// 0 or the errno of binding `address`.
int TryBind(const addrinfo& address) {
  const int socket_fd =
      socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_fd < 0) return errno;
  const int on = 1;
  setsockopt(socket_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  // Without listening as well, an address that is free to bind but already
  // listened on would pass.
  const bool failed =
      bind(socket_fd, address.ai_addr, address.ai_addrlen) != 0 ||
      listen(socket_fd, 1) != 0;
  const int error_number = failed ? errno : 0;
  close(socket_fd);
  return error_number;
}

absl::Status ListenError(const ListenAddress& address,
                         absl::string_view reason) {
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", address.ToString(), ": ", reason));
}

}  // namespace

absl::StatusOr<ListenAddress> ListenAddress::Parse(std::string_view field,
                                                   std::string_view text) {
  ListenAddress address;
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    address.host = std::string(text.substr(0, colon));
    const bool has_port =
        absl::SimpleAtoi(ToAbslView(text.substr(colon + 1)), &address.port) &&
        address.port >= 0 && address.port <= kMaxPort;
    const bool is_bare_ipv6 = address.host.find(':') != std::string::npos &&
                              WithoutBrackets(address.host) == address.host;
    if (has_port && !address.host.empty() && !is_bare_ipv6) return address;
  }
  FieldViolations violations;
  violations.Add(field,
                 absl::StrCat(ToAbslView(field), " is ", Quote(text),
                              "; it must be HOST:PORT with a port from 0 (any "
                              "free one) to 65535, an IPv6 host in brackets"));
  return violations.ToStatus();
}

std::string ListenAddress::ToString() const {
  return absl::StrCat(host, ":", port);
}

bool ListenAddress::IsLoopback() const {
  if (host == "localhost") return true;
  const std::string bare = WithoutBrackets(host);
  in_addr v4;
  if (inet_pton(AF_INET, bare.c_str(), &v4) == 1) {
    return (ntohl(v4.s_addr) >> 24) == 127;
  }
  in6_addr v6;
  return inet_pton(AF_INET6, bare.c_str(), &v6) == 1 &&
         IN6_IS_ADDR_LOOPBACK(&v6);
}

absl::Status CheckListen(const ListenAddress& address) {
  int error = 0;
  const AddressList list = Resolve(address, error);
  if (error != 0) return ListenError(address, gai_strerror(error));
  // Of several addresses (localhost is two) some may not be there, such as
  // ::1 without IPv6: gRPC listens on the others. One that is taken is not
  // passed over: whoever asks for the name may reach the other program.
  int last_error = 0;
  bool any = false;
  for (const addrinfo* entry = list.get(); entry; entry = entry->ai_next) {
    const int error_number = TryBind(*entry);
    if (error_number == EADDRINUSE) {
      return ListenError(address, std::strerror(error_number));
    }
    any = any || error_number == 0;
    if (error_number != 0) last_error = error_number;
  }
  if (any) return absl::OkStatus();
  return ListenError(address, std::strerror(last_error));
}

absl::Status ExplainListenFailure(const ListenAddress& address) {
  absl::Status status = CheckListen(address);
  status.Update(ListenError(address, "unknown error"));
  return status;
}

void Knock(const ListenAddress& address) {
  int error = 0;
  const AddressList list = Resolve(address, error);
  for (const addrinfo* entry = list.get(); entry; entry = entry->ai_next) {
    const int socket_fd =
        socket(entry->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_fd < 0) continue;
    // Whether anybody answers does not matter.
    static_cast<void>(connect(socket_fd, entry->ai_addr, entry->ai_addrlen));
    close(socket_fd);
  }
}

}  // namespace carousel
