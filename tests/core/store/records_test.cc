#include "core/store/records.h"

#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

TEST(JobStateTest, NamesAreTheContracts) {
  const struct {
    JobState state;
    std::string name;
    bool is_terminal;
  } cases[] = {
      {JobState::kQueued, "QUEUED", false},
      {JobState::kRunning, "RUNNING", false},
      {JobState::kSucceeded, "SUCCEEDED", true},
      {JobState::kFailed, "FAILED", true},
      {JobState::kCancelled, "CANCELLED", true},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(ToString(test.state), test.name);
    EXPECT_THAT(ParseJobState(test.name), IsOkAndHolds(test.state));
    EXPECT_EQ(IsTerminal(test.state), test.is_terminal) << test.name;
  }
}

TEST(JobStateTest, OtherNamesAreRefused) {
  for (const char* name : {"", "queued", "DONE", "QUEUED "}) {
    EXPECT_THAT(
        ParseJobState(name),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("CANCELLED")))
        << name;
  }
}

TEST(JobIdTest, HasAtLeastSixDigits) {
  const struct {
    std::int64_t number;
    std::string job;
  } cases[] = {
      {1, "job-000001"}, {999'999, "job-999999"}, {1'000'000, "job-1000000"}};
  for (const auto& test : cases) {
    EXPECT_EQ(FormatJobId(test.number), test.job);
    EXPECT_THAT(ParseJobId(test.job), Optional(test.number));
  }
}

TEST(JobIdTest, OnlyWhatFormatWritesIsAJob) {
  for (const char* job :
       {"", "job-", "job-1", "job-0000001", "job-000000", "job--00001",
        "job-+00001", "job- 00001", "job-00001x", "Job-000001",
        "job-99999999999999999999"}) {
    EXPECT_EQ(ParseJobId(job), std::nullopt) << job;
  }
}

}  // namespace
}  // namespace carousel
