#include "core/text/text_options.h"

#include <string>

#include "core/base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

TEST(TextOptionsTest, EveryOptionSurvivesJson) {
  for (const TextOptionField& field : kTextOptionFields) {
    TextOptions options;
    options.*field.member = false;
    const nlohmann::json json = ToJson(options);
    EXPECT_EQ(json.size(), kTextOptionFields.size());
    EXPECT_EQ(json.at(std::string(field.name)), false);
    EXPECT_THAT(TextOptionsFromJson(json), IsOkAndHolds(options)) << field.name;
  }
}

TEST(TextOptionsTest, SaysAllThatIsWrongAtOnce) {
  nlohmann::json json = ToJson(TextOptions{});
  json.erase("strip_html");
  json["lowercase"] = 1;
  json["stem"] = true;
  const absl::Status status = TextOptionsFromJson(json).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("it must be true or false")));
  EXPECT_THAT(GetFieldViolations(status),
              ElementsAre(Field(&FieldViolation::field, "strip_html"),
                          Field(&FieldViolation::field, "lowercase"),
                          Field(&FieldViolation::field, "stem")));
}

TEST(TextOptionsTest, RefusesWhatIsNoObject) {
  for (const auto& json : {nlohmann::json(nullptr), nlohmann::json::array()}) {
    EXPECT_THAT(TextOptionsFromJson(json),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr(json.type_name())));
  }
}

}  // namespace
}  // namespace carousel
