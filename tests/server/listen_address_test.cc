#include "server/listen_address.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "core/base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::HasSubstr;

TEST(ListenAddressTest, ReadsHostAndPort) {
  EXPECT_THAT(ListenAddress::Parse("--listen", "127.0.0.1:50051"),
              IsOkAndHolds(ListenAddress{"127.0.0.1", 50051}));
  EXPECT_THAT(ListenAddress::Parse("--listen", "[::1]:0"),
              IsOkAndHolds(ListenAddress{"[::1]", 0}));
}

TEST(ListenAddressTest, RefusesWhatIsNoHostAndPort) {
  for (const std::string text :
       {"", "localhost", ":50051", "localhost:", "localhost:-1",
        "localhost:65536", "localhost:http", "::1:50051"}) {
    const auto address = ListenAddress::Parse("--listen", text);
    ASSERT_THAT(address, StatusIs(absl::StatusCode::kInvalidArgument)) << text;
    EXPECT_EQ(GetFieldViolations(address.status()).at(0).field, "--listen");
  }
}

TEST(ListenAddressTest, KnowsLoopback) {
  for (const std::string host :
       {"127.0.0.1", "127.9.9.9", "[::1]", "localhost"}) {
    EXPECT_TRUE((ListenAddress{host, 1}.IsLoopback())) << host;
  }
  for (const std::string host : {"0.0.0.0", "[::]", "10.0.0.1", "example.org",
                                 "127.0.0.1.example.org"}) {
    EXPECT_FALSE((ListenAddress{host, 1}.IsLoopback())) << host;
  }
}

// A socket that listens on a free port of 127.0.0.1.
class ListeningSocket {
 public:
  ListeningSocket() : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(descriptor_, generic, size), 0);
    EXPECT_EQ(listen(descriptor_, 1), 0);
    EXPECT_EQ(getsockname(descriptor_, generic, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~ListeningSocket() { close(descriptor_); }
  int port() const { return port_; }

 private:
  const int descriptor_;
  int port_ = 0;
};

TEST(ListenAddressTest, SaysThatAPortIsInUse) {
  const ListeningSocket other;
  EXPECT_THAT(CheckListen({"127.0.0.1", other.port()}),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("Address already in use")));
}

TEST(ListenAddressTest, SaysThatAnAddressIsNotThisMachines) {
  // RFC 5737 keeps this one out of every network.
  EXPECT_THAT(CheckListen({"192.0.2.1", 0}),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("cannot listen on 192.0.2.1:0")));
}

TEST(ListenAddressTest, FindsAFreePortFree) {
  EXPECT_OK(CheckListen({"127.0.0.1", 0}));
}

}  // namespace
}  // namespace carousel
