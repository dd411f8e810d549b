#include "server/flag_check.h"

#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "core/base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

ABSL_FLAG(std::string, check_text, "unset", "a text");
ABSL_FLAG(int, check_count, 1, "a number");
ABSL_FLAG(bool, check_open, false, "a truth");

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FlagCheckTest : public ::testing::Test {
 protected:
  // What is wrong with the only flag that is.
  static std::string WrongWith(const std::vector<std::string>& arguments) {
    const absl::Status status = CheckFlags(arguments);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
    const auto violations = GetFieldViolations(status);
    return violations.size() == 1 ? violations.front().description : "";
  }

 private:
  absl::FlagSaver saver_;
};

TEST_F(FlagCheckTest, PassesWhatAbseilReads) {
  EXPECT_OK(CheckFlags({}));
  EXPECT_OK(CheckFlags({"--check_text=a=b", "-check_count=2", "--check_open"}));
  EXPECT_OK(CheckFlags({"--check_text", "--odd", "--check_count", "-3"}));
  EXPECT_OK(CheckFlags({"--nocheck_open", "--check_open=false"}));
  EXPECT_OK(CheckFlags({"--help", "--helpfull", "--version", "--check_text="}));
  EXPECT_OK(CheckFlags({"--check_count=1", "--check_count=2", "--"}));
}

TEST_F(FlagCheckTest, NamesAFlagThatThereIsNot) {
  EXPECT_EQ(WrongWith({"--nonsense=x"}),
            "there is no flag --nonsense; see --help");
  EXPECT_EQ(WrongWith({"--nocheck_text"}),
            "there is no flag --nocheck_text; see --help");
  EXPECT_EQ(WrongWith({"--=x"}), "there is no flag --; see --help");
}

TEST_F(FlagCheckTest, NamesAValueThatCannotBe) {
  EXPECT_THAT(WrongWith({"--check_count=many"}),
              HasSubstr("--check_count is \"many\""));
  EXPECT_THAT(WrongWith({"--check_count", "1.5"}), HasSubstr("\"1.5\""));
  EXPECT_THAT(WrongWith({"--check_open=perhaps"}), HasSubstr("\"perhaps\""));
  EXPECT_EQ(WrongWith({"--nocheck_open=true"}),
            "--nocheck_open takes no value");
  EXPECT_EQ(WrongWith({"--check_text"}), "--check_text needs a value");
}

TEST_F(FlagCheckTest, NamesAnArgumentThatIsNoFlag) {
  EXPECT_THAT(WrongWith({"data"}), HasSubstr("unexpected argument \"data\""));
  EXPECT_THAT(WrongWith({"--", "--check_open"}), HasSubstr("--check_open"));
  EXPECT_THAT(WrongWith({"-"}), HasSubstr("\"-\""));
}

TEST_F(FlagCheckTest, NamesAllThatIsWrongAtOnce) {
  const auto violations = GetFieldViolations(
      CheckFlags({"--nonsense", "--check_count=x", "--check_open", "surplus"}));
  std::vector<std::string> fields;
  for (const FieldViolation& violation : violations) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, ElementsAre("nonsense", "check_count", "surplus"));
}

}  // namespace
}  // namespace carousel
