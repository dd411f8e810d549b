#include "client/grpc_status.h"

#include "core/base/error_details.h"
#include "tests/client/fake_server.h"
#include "tests/support/status_matchers.h"

namespace carousel::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(FromGrpcStatusTest, KeepsCodeAndMessage) {
  EXPECT_OK(FromGrpcStatus(grpc::Status::OK));
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status = FromGrpcStatus(
        grpc::Status(static_cast<grpc::StatusCode>(code), "why"));
    EXPECT_EQ(static_cast<int>(status.code()), code);
    EXPECT_EQ(status.message(), "why");
  }
}

TEST(FromGrpcStatusTest, ReadsAllDetails) {
  const absl::Status status = FromGrpcStatus(StatusWithDetails(
      grpc::StatusCode::INVALID_ARGUMENT, "two things",
      {.violations = {{"epochs", "epochs is 0"}, {"seed", "seed is -1"}},
       .reason = "BAD",
       .retry_seconds = 2.25}));
  EXPECT_EQ(status.message(), "two things");
  EXPECT_THAT(GetFieldViolations(status),
              ElementsAre(FieldViolation{"epochs", "epochs is 0"},
                          FieldViolation{"seed", "seed is -1"}));
  EXPECT_EQ(GetReason(status), "BAD");
  EXPECT_EQ(GetRetryDelay(status), absl::Seconds(2.25));
}

TEST(FromGrpcStatusTest, DetailsThatCannotBeReadAreLeftOut) {
  const absl::Status status = FromGrpcStatus(
      grpc::Status(grpc::StatusCode::INTERNAL, "why", "\xFFgarbage"));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal, "why"));
  EXPECT_THAT(GetFieldViolations(status), IsEmpty());
  EXPECT_EQ(GetReason(status), "");
}

}  // namespace
}  // namespace carousel::client
