#include "server/status_translation.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/grpc_status.h"

namespace carousel {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::SizeIs;

// What a client takes of trailers before it drops the call.
constexpr std::size_t kMaxTrailerBytes = 8192;

std::size_t TrailerBytes(const grpc::Status& status) {
  return status.error_message().size() +
         absl::Base64Escape(status.error_details()).size();
}

TEST(StatusTranslationTest, KeepsOk) {
  EXPECT_THAT(ToGrpcStatus(absl::OkStatus()), IsGrpcOk());
}

TEST(StatusTranslationTest, KeepsEveryCodeAndItsMessage) {
  for (int code = 1; code <= 16; ++code) {
    const grpc::Status status = ToGrpcStatus(
        absl::Status(static_cast<absl::StatusCode>(code), "no such model"));
    EXPECT_EQ(status.error_code(), code);
    EXPECT_EQ(status.error_message(), "no such model");
  }
}

TEST(StatusTranslationTest, DetailsRepeatCodeAndMessage) {
  const grpc::Status status = ToGrpcStatus(absl::NotFoundError("no model"));
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), 5);
  EXPECT_EQ(details.message(), "no model");
}

TEST(StatusTranslationTest, ErrorInfoTakesTheReasonThatWasGiven) {
  const auto info = GetDetail<google::rpc::ErrorInfo>(
      ToGrpcStatus(WithReason(absl::UnavailableError("down"), "DRAINING")));
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->reason(), "DRAINING");
  EXPECT_EQ(info->domain(), "carousel");
}

TEST(StatusTranslationTest, ErrorInfoFallsBackToTheCode) {
  EXPECT_EQ(ReasonOf(ToGrpcStatus(absl::NotFoundError("no model"))),
            "NOT_FOUND");
}

TEST(StatusTranslationTest, NamesEveryWrongField) {
  FieldViolations violations;
  violations.Add("epochs", "epochs is 0; it must be in [1, 10000]");
  violations.Add("settings", "no such key");
  const auto bad_request =
      GetDetail<google::rpc::BadRequest>(ToGrpcStatus(violations.ToStatus()));
  ASSERT_TRUE(bad_request.has_value());
  ASSERT_THAT(bad_request->field_violations(), SizeIs(2));
  EXPECT_EQ(bad_request->field_violations(0).field(), "epochs");
  EXPECT_EQ(bad_request->field_violations(0).description(),
            "epochs is 0; it must be in [1, 10000]");
  EXPECT_EQ(bad_request->field_violations(1).field(), "settings");
}

TEST(StatusTranslationTest, SaysWhenToRetry) {
  const auto retry =
      GetDetail<google::rpc::RetryInfo>(ToGrpcStatus(WithRetryDelay(
          absl::ResourceExhaustedError("full"), absl::Milliseconds(1250))));
  ASSERT_TRUE(retry.has_value());
  EXPECT_EQ(retry->retry_delay().seconds(), 1);
  EXPECT_EQ(retry->retry_delay().nanos(), 250'000'000);
}

TEST(StatusTranslationTest, LeavesOutWhatIsNotThere) {
  const grpc::Status status = ToGrpcStatus(absl::NotFoundError("no model"));
  EXPECT_FALSE(GetDetail<google::rpc::BadRequest>(status).has_value());
  EXPECT_FALSE(GetDetail<google::rpc::RetryInfo>(status).has_value());
}

TEST(StatusTranslationTest, ManyWrongFieldsFitIntoTrailersAndAreCounted) {
  FieldViolations violations;
  for (int i = 0; i < 500; ++i) {
    violations.Add(absl::StrCat("setting_", i),
                   absl::StrCat("setting_", i, " is no hyper-parameter"));
  }
  const grpc::Status status = ToGrpcStatus(violations.ToStatus());
  EXPECT_THAT(TrailerBytes(status), Le(kMaxTrailerBytes));
  const auto bad_request = GetDetail<google::rpc::BadRequest>(status);
  ASSERT_TRUE(bad_request.has_value());
  const int named = bad_request->field_violations_size() - 1;
  EXPECT_GT(named, 10);
  EXPECT_EQ(bad_request->field_violations(named).description(),
            absl::StrCat("and ", 500 - named, " more"));
}

TEST(StatusTranslationTest, CutsALongMessageBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "\u00e9";  // two bytes
  const grpc::Status status = ToGrpcStatus(absl::InternalError(text));
  EXPECT_THAT(TrailerBytes(status), Le(kMaxTrailerBytes));
  EXPECT_THAT(status.error_message(), EndsWith("\u00e9..."));
  // Percent-encoded, every byte is three.
  EXPECT_THAT(status.error_message().size() * 3, Le(1600));
}

TEST(StatusTranslationTest, EscapesBytesThatAreNotUtf8) {
  const grpc::Status status =
      ToGrpcStatus(absl::InvalidArgumentError("column \xff is missing"));
  EXPECT_THAT(status.error_message(), HasSubstr("column \\xff is missing"));
}

}  // namespace
}  // namespace carousel
