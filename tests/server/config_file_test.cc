#include "server/config_file.h"

#include <cstdint>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "core/base/error_details.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

ABSL_FLAG(std::string, test_config, "", "the flag of the file itself");
ABSL_FLAG(std::string, test_text, "unset", "a text");
ABSL_FLAG(std::int64_t, test_count, 1, "a number");
ABSL_FLAG(bool, test_open, false, "a truth");

namespace carousel {
namespace {

using ::testing::HasSubstr;

class ConfigFileTest : public ::testing::Test {
 protected:
  absl::Status Apply(const std::string& content) {
    EXPECT_OK(WriteFileAtomically(path(), content));
    return ApplyConfigFile(path(),
                           absl::GetFlagReflectionHandle(FLAGS_test_config));
  }

  std::string path() const { return folder_ / "carouseld.conf"; }

 private:
  TempDir folder_;
  absl::FlagSaver saver_;
};

TEST_F(ConfigFileTest, SetsTheFlagsItNames) {
  EXPECT_OK(
      Apply("# a comment = 1\n\n  test_text =  a = b "
            "\r\ntest_open=true\ntest_count = 7"));
  EXPECT_EQ(absl::GetFlag(FLAGS_test_text), "a = b");
  EXPECT_EQ(absl::GetFlag(FLAGS_test_count), 7);
  EXPECT_TRUE(absl::GetFlag(FLAGS_test_open));
}

TEST_F(ConfigFileTest, WhatItDoesNotNameStays) {
  EXPECT_OK(Apply("test_text =\n"));
  EXPECT_EQ(absl::GetFlag(FLAGS_test_text), "");
  EXPECT_EQ(absl::GetFlag(FLAGS_test_count), 1);
}

TEST_F(ConfigFileTest, NamesEveryWrongLineAtOnce) {
  const absl::Status status = Apply(
      "test_count = many\ntest_open = true\nnonsense = 1\njust words\n"
      "test_open = false\n");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  const auto violations = GetFieldViolations(status);
  ASSERT_EQ(violations.size(), 4u);
  EXPECT_THAT(violations[0].description,
              HasSubstr(path() + ":1: test_count is \"many\""));
  EXPECT_THAT(violations[1].description,
              HasSubstr(":3: there is no setting \"nonsense\""));
  EXPECT_THAT(violations[2].description,
              HasSubstr(":4: \"just words\" is not NAME = VALUE"));
  EXPECT_THAT(violations[3].description,
              HasSubstr(":5: test_open is set a second time"));
}

TEST_F(ConfigFileTest, KnowsNeitherItselfNorFlagsOfOthers) {
  EXPECT_THAT(Apply("test_config = other.conf\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no setting \"test_config\"")));
  EXPECT_THAT(Apply("flagfile = other.flags\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no setting \"flagfile\"")));
}

TEST_F(ConfigFileTest, SaysThatThereIsNone) {
  EXPECT_THAT(ApplyConfigFile(path() + ".not",
                              absl::GetFlagReflectionHandle(FLAGS_test_config)),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(path())));
}

}  // namespace
}  // namespace carousel
