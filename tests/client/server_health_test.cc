// carousel server health: what a probe gets to see.
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::grpc::health::v1::HealthCheckResponse;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ServerHealthTest : public CliTest {
 protected:
  void Answer(HealthCheckResponse::ServingStatus status) {
    server_.check_health = [this, status](const auto& request, auto& response) {
      service_ = request.service();
      response.set_status(status);
      return grpc::Status::OK;
    };
  }

  std::string service_ = "nothing";  // what was asked for
};

TEST_F(ServerHealthTest, AServerThatServesIsZero) {
  Answer(HealthCheckResponse::SERVING);
  const Outcome outcome = Run({"server", "health"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, AllOf(ContainsRegex("server +" + server_.address()),
                                 ContainsRegex("status +SERVING\n")));
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST_F(ServerHealthTest, AsksForTheWholeServerAndNeedsNoKey) {
  Answer(HealthCheckResponse::SERVING);
  EXPECT_EQ(Run({"server", "health"}).code, 0);
  EXPECT_EQ(service_, "");
  EXPECT_EQ(server_.authorization(), "");
}

TEST_F(ServerHealthTest, JsonHasTheStatus) {
  Answer(HealthCheckResponse::SERVING);
  EXPECT_EQ(Run({"server", "health", "--json"}).out,
            "{\"status\":\"SERVING\"}\n");
}

TEST_F(ServerHealthTest, WhatDoesNotServeIsFiveAndSaysItsStatus) {
  const std::vector<std::pair<HealthCheckResponse::ServingStatus, std::string>>
      cases = {{HealthCheckResponse::NOT_SERVING, "NOT_SERVING"},
               {HealthCheckResponse::UNKNOWN, "UNKNOWN"},
               {HealthCheckResponse::SERVICE_UNKNOWN, "SERVICE_UNKNOWN"}};
  for (const auto& [status, name] : cases) {
    Answer(status);
    const Outcome outcome = Run({"server", "health", "--json"});
    EXPECT_EQ(outcome.code, 5) << name;
    EXPECT_EQ(outcome.Json()["status"], name);
  }
}

TEST_F(ServerHealthTest, EveryErrorOfTheServerIsFive) {
  for (const grpc::StatusCode code :
       {grpc::StatusCode::NOT_FOUND, grpc::StatusCode::UNIMPLEMENTED,
        grpc::StatusCode::UNAUTHENTICATED, grpc::StatusCode::UNAVAILABLE,
        grpc::StatusCode::INTERNAL}) {
    server_.check_health = [code](const auto&, auto&) {
      return grpc::Status(code, "the reason");
    };
    const Outcome outcome = Run({"server", "health", "--json"});
    EXPECT_EQ(outcome.code, 5) << code;
    EXPECT_EQ(outcome.Json()["error"]["code"], "UNAVAILABLE");
    EXPECT_THAT(outcome.err, HasSubstr("the reason"));
  }
}

TEST_F(ServerHealthTest, AServerThatIsNotThereIsFive) {
  variables_["CAROUSEL_SERVER"] = kUnusedAddress;
  const Outcome outcome = RunBare({"server", "health"});
  EXPECT_EQ(outcome.code, 5);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, HasSubstr("cannot reach the server"));
}

TEST_F(ServerHealthTest, TimeoutEndsAProbeOfAServerThatHangs) {
  std::promise<void> done;
  server_.check_health = [released = done.get_future().share()](const auto&,
                                                                auto&) {
    released.wait();
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"server", "health", "--timeout=0.05"}).code, 5);
  done.set_value();
}

}  // namespace
}  // namespace carousel::client
