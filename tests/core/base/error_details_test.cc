#include "core/base/error_details.h"

#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(FieldViolationsTest, NoneIsOk) {
  EXPECT_OK(FieldViolations().ToStatus());
  EXPECT_THAT(GetFieldViolations(absl::OkStatus()), IsEmpty());
  EXPECT_THAT(GetFieldViolations(absl::NotFoundError("x")), IsEmpty());
}

TEST(FieldViolationsTest, SaysAllAtOnceAndKeepsTheFields) {
  FieldViolations violations;
  violations.Add("epochs", "epochs is 0; it must be at least 1");
  // What would break a format with separators.
  violations.Add("set", "3:a; \n \xff, ");
  const absl::Status status = violations.ToStatus();
  EXPECT_THAT(status,
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "epochs is 0; it must be at least 1; 3:a; \n \xff, "));
  EXPECT_THAT(GetFieldViolations(status),
              ElementsAre(FieldViolation{"epochs",
                                         "epochs is 0; it must be at least 1"},
                          FieldViolation{"set", "3:a; \n \xff, "}));
}

TEST(ErrorDetailsTest, ReasonIsKept) {
  const absl::Status status =
      WithReason(absl::ResourceExhaustedError("full"), "QUEUE_FULL");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, "full"));
  EXPECT_EQ(GetReason(status), "QUEUE_FULL");
  EXPECT_EQ(GetReason(absl::InternalError("x")), "");
  EXPECT_EQ(WithReason(absl::OkStatus(), "QUEUE_FULL"), absl::OkStatus());
}

TEST(ErrorDetailsTest, RetryDelayIsKept) {
  const absl::Status status =
      WithRetryDelay(absl::UnavailableError("x"), absl::Milliseconds(1500));
  EXPECT_EQ(GetRetryDelay(status), absl::Milliseconds(1500));
  EXPECT_EQ(GetRetryDelay(absl::UnavailableError("x")), absl::ZeroDuration());
}

TEST(ErrorDetailsTest, ContextKeepsCodeAndPayloads) {
  FieldViolations violations;
  violations.Add("a", "a is wrong");
  const absl::Status status = WithContext(
      WithReason(violations.ToStatus(), "BAD_CONFIG"), "config.json");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               "config.json: a is wrong"));
  EXPECT_EQ(GetReason(status), "BAD_CONFIG");
  EXPECT_THAT(GetFieldViolations(status),
              ElementsAre(FieldViolation{"a", "a is wrong"}));
  EXPECT_OK(WithContext(absl::OkStatus(), "config.json"));
}

}  // namespace
}  // namespace carousel
