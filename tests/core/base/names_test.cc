#include "core/base/names.h"

#include <string>

#include "core/base/error_details.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ValidateNameTest, AcceptsWhatTheContractAllows) {
  for (const std::string& name :
       {std::string("a"), std::string("7"), std::string("imdb_10k-v2"),
        std::string(63, 'x')}) {
    EXPECT_OK(ValidateName("name", name));
  }
}

TEST(ValidateNameTest, RefusesAllElse) {
  for (const std::string& name :
       {std::string(), std::string("Imdb"), std::string("-a"),
        std::string("_a"), std::string("a.b"), std::string("a/b"),
        std::string(".."), std::string("a b"), std::string("a@3"),
        std::string("\xc3\xa9"), std::string("a\0b", 3),
        std::string(64, 'x')}) {
    EXPECT_THAT(ValidateName("name", name),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << "\"" << name << "\"";
  }
}

TEST(ValidateNameTest, NamesFieldValueAndRule) {
  const absl::Status status = ValidateName("dataset", "Big Data");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               "dataset is \"Big Data\"; it must match "
                               "[a-z0-9][a-z0-9_-]{0,62}"));
  ASSERT_EQ(GetFieldViolations(status).size(), 1u);
  EXPECT_EQ(GetFieldViolations(status)[0].field, "dataset");
}

TEST(ValidateNameTest, QuotesHostileValuesSafely) {
  const std::string message(
      ValidateName("name", "\x1b[31m" + std::string(1 << 20, 'x')).message());
  EXPECT_LT(message.size(), 200u);
  EXPECT_THAT(message, HasSubstr("\\x1b[31m"));
}

TEST(ValidateLabelTest, RefusesDigitsAlone) {
  EXPECT_OK(ValidateLabel("label", "stable"));
  EXPECT_OK(ValidateLabel("label", "3rd"));
  EXPECT_THAT(
      ValidateLabel("label", "3"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("label is \"3\""), HasSubstr("digits alone"))));
}

TEST(ModelReferenceTest, ParsesTheThreeForms) {
  const struct {
    std::string text;
    ModelReference reference;
  } cases[] = {
      {"imdb", {.name = "imdb"}},
      {"imdb@3", {.name = "imdb", .version = 3}},
      {"imdb@stable", {.name = "imdb", .label = "stable"}},
      {"imdb@3rd", {.name = "imdb", .label = "3rd"}},
      {"7@9223372036854775807", {.name = "7", .version = INT64_MAX}},
  };
  for (const auto& test : cases) {
    ASSERT_OK_AND_ASSIGN(const ModelReference reference,
                         ModelReference::Parse(test.text));
    EXPECT_EQ(reference, test.reference) << test.text;
    EXPECT_EQ(reference.ToString(), test.text);
  }
}

TEST(ModelReferenceTest, RefusesAllElse) {
  for (const std::string text :
       {"", "@", "imdb@", "@3", "imdb@0", "imdb@-1", "imdb@Stable", "imdb@3@4",
        "IMDB", "imdb@9223372036854775808", "../imdb"}) {
    const absl::Status status = ModelReference::Parse(text).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument)) << text;
    ASSERT_EQ(GetFieldViolations(status).size(), 1u) << text;
    EXPECT_EQ(GetFieldViolations(status)[0].field, "model") << text;
  }
}

}  // namespace
}  // namespace carousel
