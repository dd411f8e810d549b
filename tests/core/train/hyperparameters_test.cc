#include "core/train/hyperparameters.h"

#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/nn/can_stream.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> WrongFields(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const FieldViolation& violation : GetFieldViolations(status)) {
    fields.push_back(violation.field);
  }
  return fields;
}

TEST(SettingsTest, AreTheKeysOfTheContract) {
  std::vector<std::string> keys;
  for (const SettingHelp& help : DescribeSettings()) {
    keys.push_back(help.key);
    EXPECT_FALSE(help.range.empty()) << help.key;
    EXPECT_FALSE(help.meaning.empty()) << help.key;
  }
  EXPECT_THAT(
      keys,
      ElementsAre("batch_size", "learning_rate", "optimizer", "weight_decay",
                  "gradient_clip", "schedule", "warmup_fraction", "hidden_size",
                  "layers", "bidirectional", "pooling", "forget_bias",
                  "dropout", "embedding_dropout", "word_dropout", "weight_drop",
                  "max_tokens", "truncate", "padding", "trainable_embedding",
                  "embedding_learning_rate", "min_count", "vocabulary_size",
                  "early_stopping_epochs", "precision", "strip_html",
                  "normalize_unicode", "lowercase", "keep_punctuation",
                  "split_contractions"));
}

TEST(PresetTest, ClassicIsTheTextbookModel) {
  ASSERT_OK_AND_ASSIGN(const HyperParameters classic, Preset("classic"));
  EXPECT_FALSE(classic.bidirectional);
  EXPECT_EQ(classic.layers, 1);
  EXPECT_EQ(classic.pooling, Pooling::kLast);
  EXPECT_EQ(classic.padding, PaddingKind::kFixed);
  EXPECT_EQ(classic.optimizer, OptimizerKind::kAdam);
  EXPECT_EQ(classic.schedule, ScheduleKind::kConstant);
  EXPECT_EQ(classic.dropout, 0);
  EXPECT_FALSE(classic.text.keep_punctuation);
}

TEST(PresetTest, StreamingMakesAModelThatCanStream) {
  ASSERT_OK_AND_ASSIGN(const HyperParameters streaming, Preset("streaming"));
  EXPECT_OK(CheckCanStream({.truncation = streaming.truncate,
                            .bidirectional = streaming.bidirectional}));
  EXPECT_EQ(streaming.pooling, Pooling::kConcat);
}

TEST(PresetTest, AllAreInRangeAndReadBackFromJson) {
  for (const std::string& name : PresetNames()) {
    ASSERT_OK_AND_ASSIGN(const HyperParameters preset, Preset(name));
    EXPECT_OK(Validate(preset)) << name;
    ASSERT_OK_AND_ASSIGN(const HyperParameters read,
                         HyperParametersFromJson(ToJson(preset)));
    EXPECT_EQ(read, preset) << name;
  }
}

TEST(PresetTest, UnknownNameListsThePresets) {
  EXPECT_THAT(Preset("best"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "preset is \"best\"; it must be classic or strong or "
                       "streaming"));
}

TEST(ApplySettingsTest, SetsOnlyWhatIsGiven) {
  ASSERT_OK_AND_ASSIGN(
      const HyperParameters changed,
      ApplySettings(HyperParameters(), {{"learning_rate", "2e-3"},
                                        {"layers", "3"},
                                        {"bidirectional", "true"},
                                        {"optimizer", "sgd"},
                                        {"truncate", "head_tail"},
                                        {"keep_punctuation", "false"},
                                        {"precision", "bf16"}}));
  HyperParameters expected;
  expected.learning_rate = 2e-3;
  expected.layers = 3;
  expected.bidirectional = true;
  expected.optimizer = OptimizerKind::kSgd;
  expected.precision = Precision::kBf16;
  expected.truncate = Truncation::kHeadTail;
  expected.text.keep_punctuation = false;
  EXPECT_EQ(changed, expected);
}

struct BadValue {
  std::string key, value, message;
};

class BadValueTest : public ::testing::TestWithParam<BadValue> {};

TEST_P(BadValueTest, IsRefusedWithTheValueAndTheLimit) {
  const BadValue& bad = GetParam();
  const auto result = ApplySettings(HyperParameters(), {{bad.key, bad.value}});
  EXPECT_THAT(result,
              StatusIs(absl::StatusCode::kInvalidArgument, bad.message));
  EXPECT_THAT(WrongFields(result.status()), ElementsAre(bad.key));
}

INSTANTIATE_TEST_SUITE_P(
    Values, BadValueTest,
    ::testing::Values(
        BadValue{"learning_rate", "12",
                 "learning_rate is 12; it must be in (0, 1]"},
        BadValue{"learning_rate", "0",
                 "learning_rate is 0; it must be in (0, 1]"},
        BadValue{"learning_rate", "nan",
                 "learning_rate is nan; it must be in (0, 1]"},
        BadValue{"learning_rate", "0.1x",
                 "learning_rate is \"0.1x\"; it must be in (0, 1]"},
        BadValue{"dropout", "0.96", "dropout is 0.96; it must be in [0, 0.95]"},
        BadValue{"forget_bias", "",
                 "forget_bias is \"\"; it must be in "
                 "[-5, 10]"},
        BadValue{"batch_size", "1.5",
                 "batch_size is 1.5; it must be a whole number in [1, 4096]"},
        BadValue{"batch_size", "99999999999999999999",
                 "batch_size is 99999999999999999999; it must be a whole "
                 "number in [1, 4096]"},
        BadValue{"layers", "9",
                 "layers is 9; it must be a whole number in [1, 8]"},
        BadValue{"layers", " 1",
                 "layers is \" 1\"; it must be a whole number in [1, 8]"},
        BadValue{"bidirectional", "True",
                 "bidirectional is \"True\"; it must be true or false"},
        BadValue{"pooling", "median",
                 "pooling is \"median\"; it must be last, max, mean or concat"},
        BadValue{"truncate", "middle",
                 "truncate is \"middle\"; it must be head, tail or head_tail"},
        BadValue{"padding", "none",
                 "padding is \"none\"; it must be fixed or dynamic"},
        BadValue{"optimizer", "adagrad",
                 "optimizer is \"adagrad\"; it must be adam, adamw or sgd"},
        BadValue{"schedule", "step",
                 "schedule is \"step\"; it must be constant, linear or cosine"},
        BadValue{"precision", "f16",
                 "precision is \"f16\"; it must be f32 or bf16"},
        BadValue{"learning_rat", "0.1",
                 "there is no setting \"learning_rat\"; did you mean "
                 "learning_rate?"},
        BadValue{"speed", "3", "there is no setting \"speed\""},
        BadValue{"epochs", "3",
                 "epochs has a field of its own; it is no setting"}),
    [](const auto& info) { return std::to_string(info.index); });

TEST(ApplySettingsTest, SaysOnceThatThereAreTooMany) {
  std::map<std::string, std::string> settings;
  for (int i = 0; i < 100'000; ++i) {
    settings.emplace(absl::StrCat("key", i), "1");
  }
  const auto result = ApplySettings(HyperParameters(), settings);
  EXPECT_THAT(
      result,
      StatusIs(absl::StatusCode::kInvalidArgument,
               "settings has 100000 entries; it must have at most 256"));
  EXPECT_THAT(WrongFields(result.status()), ElementsAre("settings"));
}

TEST(ApplySettingsTest, ValuesAtTheLimitsAreTaken) {
  for (const auto& [key, value] :
       std::map<std::string, std::string>{{"learning_rate", "1"},
                                          {"batch_size", "4096"},
                                          {"dropout", "0.95"},
                                          {"forget_bias", "-5"},
                                          {"warmup_fraction", "0.5"},
                                          {"gradient_clip", "1000"},
                                          {"vocabulary_size", "100"},
                                          {"max_tokens", "10000"}}) {
    EXPECT_OK(ApplySettings(HyperParameters(), {{key, value}}))
        << key << "=" << value;
  }
}

TEST(ApplySettingsTest, NamesAllThatIsWrongAtOnce) {
  const absl::Status status =
      ApplySettings(HyperParameters(), {{"dropout", "2"},
                                        {"hidden_size", "64"},
                                        {"learning_rate", "12"},
                                        {"speed", "fast"}})
          .status();
  EXPECT_THAT(WrongFields(status),
              ElementsAre("dropout", "learning_rate", "speed"));
  EXPECT_THAT(
      std::string(status.message()),
      AllOf(HasSubstr("dropout is 2;"), HasSubstr("learning_rate is 12;"),
            HasSubstr("there is no setting \"speed\"")));
}

TEST(ApplySettingsTest, EchoesAHostileValueShortAndEscaped) {
  const auto result = ApplySettings(
      HyperParameters(),
      {{"pooling", absl::StrCat("\n\"", std::string(100'000, 'x'))}});
  const std::string message(result.status().message());
  EXPECT_LT(message.size(), 300);
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST(ValidateTest, ChecksEveryMember) {
  HyperParameters parameters;
  parameters.epochs = 0;
  parameters.max_examples = -1;
  parameters.layers = 9;
  parameters.weight_decay = std::nan("");
  EXPECT_THAT(WrongFields(Validate(parameters)),
              ElementsAre("epochs", "max_examples", "weight_decay", "layers"));
}

TEST(HyperParametersJsonTest, KeepsEveryBit) {
  HyperParameters parameters;
  parameters.seed = std::numeric_limits<std::uint64_t>::max();
  parameters.learning_rate = 0.1 + 0.2;
  const std::string text = ToJson(parameters).dump();
  ASSERT_OK_AND_ASSIGN(const HyperParameters read,
                       HyperParametersFromJson(nlohmann::json::parse(text)));
  EXPECT_EQ(read, parameters);
}

TEST(HyperParametersJsonTest, ReadsARecordFromBeforeASettingExisted) {
  HyperParameters expected;
  expected.epochs = 7;
  ASSERT_OK_AND_ASSIGN(const HyperParameters read,
                       HyperParametersFromJson({{"epochs", 7}}));
  EXPECT_EQ(read, expected);
}

TEST(HyperParametersJsonTest, RefusesWhatIsNone) {
  EXPECT_THAT(HyperParametersFromJson(nlohmann::json::array()),
              StatusIs(absl::StatusCode::kInvalidArgument));
  const auto result = HyperParametersFromJson(
      {{"epochs", "many"}, {"layers", nullptr}, {"colour", 1}});
  EXPECT_THAT(WrongFields(result.status()),
              ElementsAre("colour", "epochs", "layers"));
}

}  // namespace
}  // namespace carousel
