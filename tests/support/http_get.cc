#include "tests/support/http_get.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

absl::StatusOr<std::string> Exchange(int socket_fd, const std::string& request,
                                     int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_fd, reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) != 0) {
    return absl::UnavailableError(std::strerror(errno));
  }
  if (send(socket_fd, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return absl::UnavailableError("the request was not taken");
  }
  std::string response;
  char buffer[1 << 16];
  ssize_t size = 0;
  while ((size = recv(socket_fd, buffer, sizeof(buffer), 0)) > 0) {
    response.append(buffer, static_cast<std::size_t>(size));
  }
  return response;
}

}  // namespace

absl::StatusOr<std::string> HttpGet(const std::string& address,
                                    const std::string& path) {
  const int port = std::atoi(address.substr(address.rfind(':') + 1).c_str());
  const int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto response =
      Exchange(socket_fd,
               absl::StrCat("GET ", path, " HTTP/1.0\r\nHost: localhost\r\n",
                            "Connection: close\r\n\r\n"),
               port);
  close(socket_fd);
  RETURN_IF_ERROR(response.status());
  const std::size_t body = response->find("\r\n\r\n");
  if (!absl::StrContains(response->substr(0, response->find("\r\n")),
                         " 200 ") ||
      body == std::string::npos) {
    return absl::InternalError(response->substr(0, 200));
  }
  return response->substr(body + 4);
}

Series ParseExposition(const std::string& text) {
  Series series;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.rfind(' ');
    if (line.empty() || line[0] == '#' || space == std::string::npos) continue;
    series[line.substr(0, space)] = std::strtod(line.c_str() + space, nullptr);
  }
  return series;
}

absl::StatusOr<Series> Scrape(const std::string& address) {
  ASSIGN_OR_RETURN(const std::string text, HttpGet(address, "/metrics"));
  return ParseExposition(text);
}

}  // namespace carousel
