#include "core/text/skip_gram_settings.h"

#include <nlohmann/json.hpp>

#include "core/base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(SkipGramSettingsTest, AppliesWhatIsGivenOverTheBase) {
  const auto settings = ApplySkipGramSettings(
      {.window = 7}, {{"dimension", "50"}, {"sample", "1e-4"}});
  ASSERT_OK(settings);
  EXPECT_EQ(settings->dimension, 50);
  EXPECT_EQ(settings->sample, 1e-4);
  EXPECT_EQ(settings->window, 7);
}

TEST(SkipGramSettingsTest, NamesAllThatIsWrongAtOnce) {
  const absl::Status status = ApplySkipGramSettings({}, {{"dimension", "0"},
                                                         {"window", "five"},
                                                         {"learning_rate", "0"},
                                                         {"sample", "nan"},
                                                         {"epochs", "3"},
                                                         {"layers", "2"}})
                                  .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(GetFieldViolations(status), SizeIs(6));
  for (const char* description :
       {"dimension is 0; it must be a whole number in [1, 1024]",
        "window is \"five\"; it must be a whole number in [1, 100]",
        "learning_rate is 0; it must be in (0, 1]",
        "sample is nan; it must be in [0, 1]",
        "epochs has a field of its own; it is no setting",
        "there is no setting \"layers\""}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(description));
  }
}

TEST(SkipGramSettingsTest, RefusesARateThatWouldRise) {
  EXPECT_THAT(
      std::string(ApplySkipGramSettings({}, {{"min_learning_rate", "0.5"}})
                      .status()
                      .message()),
      HasSubstr("min_learning_rate is 0.5; it must be at most learning_rate, "
                "which is 0.025"));
}

TEST(SkipGramSettingsTest, RefusesMoreSettingsThanThereCanBe) {
  std::map<std::string, std::string> many;
  for (int i = 0; i < 300; ++i) many[std::to_string(i)] = "1";
  EXPECT_THAT(std::string(ApplySkipGramSettings({}, many).status().message()),
              HasSubstr("settings has 300 entries"));
}

TEST(SkipGramSettingsTest, ChecksEpochsAndSeed) {
  EXPECT_OK(Validate({.seed = ~std::uint64_t{0}}));
  EXPECT_THAT(std::string(Validate({.epochs = 0}).message()),
              HasSubstr("epochs is 0; it must be a whole number in [1, 1000]"));
}

TEST(SkipGramSettingsTest, ReadsBackWhatItWrote) {
  const SkipGramSettings settings = {.epochs = 7,
                                     .seed = ~std::uint64_t{0},
                                     .dimension = 20,
                                     .window = 3,
                                     .negative = 9,
                                     .min_count = 2,
                                     .vocabulary_size = 1000,
                                     .sample = 1.0 / 3,
                                     .learning_rate = 0.1,
                                     .min_learning_rate = 0};
  const auto read =
      SkipGramSettingsFromJson(nlohmann::json::parse(ToJson(settings).dump()));
  ASSERT_OK(read);
  EXPECT_EQ(*read, settings);
  EXPECT_EQ(SkipGramSettingsFromJson(nlohmann::json::array()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(SkipGramSettingsTest, DescribesEveryKeyOfASetting) {
  for (const SettingHelp& help : DescribeSkipGramSettings()) {
    const auto status = ApplySkipGramSettings({}, {{help.key, "x"}}).status();
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("it must be " + help.range));
  }
}

}  // namespace
}  // namespace carousel
