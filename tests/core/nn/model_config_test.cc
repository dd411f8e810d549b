#include "core/nn/model_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using testing::HasSubstr;

ModelConfig SomeConfig() {
  ModelConfig config;
  config.text.keep_punctuation = false;
  config.max_tokens = 77;
  config.truncation = Truncation::kTail;
  config.vocabulary_size = 1000;
  config.embedding_size = 50;
  config.hidden_size = 64;
  config.layers = 2;
  config.bidirectional = true;
  config.pooling = Pooling::kConcat;
  config.label_names = {"0", "1"};
  config.majority_label = 0;
  return config;
}

TEST(ModelConfigTest, ReadsBackFromItsJson) {
  EXPECT_THAT(ModelConfigFromJson(ToJson(SomeConfig())),
              IsOkAndHolds(SomeConfig()));
}

TEST(ModelConfigTest, EveryKeyIsRequired) {
  const nlohmann::json whole = ToJson(SomeConfig());
  for (const auto& [key, value] : whole.items()) {
    nlohmann::json json = whole;
    json.erase(key);
    EXPECT_THAT(ModelConfigFromJson(json),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(key)));
  }
}

TEST(ModelConfigTest, NamesAnUnknownKey) {
  nlohmann::json json = ToJson(SomeConfig());
  json["attention"] = true;
  EXPECT_THAT(ModelConfigFromJson(json),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("attention is not known")));
}

TEST(ModelConfigTest, NamesAValueOutOfRangeAndItsLimit) {
  nlohmann::json json = ToJson(SomeConfig());
  json["layers"] = 9;
  EXPECT_THAT(ModelConfigFromJson(json),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("layers is 9; it must be in [1, 8]")));
}

TEST(ModelConfigTest, PooledSizeCountsDirectionsAndPoolings) {
  EXPECT_EQ(SomeConfig().pooled_size(), 64 * 2 * 3);
  ModelConfig plain;
  plain.hidden_size = 10;
  EXPECT_EQ(plain.pooled_size(), 10);
}

}  // namespace
}  // namespace carousel
