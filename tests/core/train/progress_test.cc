#include "core/train/progress.h"

#include <nlohmann/json.hpp>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

TEST(EpochMetricsJsonTest, ReadsBackBitForBit) {
  const EpochMetrics metrics = {.epoch = 3,
                                .train_loss = 0.1 + 0.2,
                                .train_accuracy = 1.0 / 3,
                                .validation_loss = 1e-300,
                                .validation_accuracy = 1,
                                .learning_rate = 0.001,
                                .gradient_norm = 2.5,
                                .tokens_per_second = 1e5,
                                .seconds = 12.25,
                                .tokens = 1'700'000};
  const std::string text = ToJson(metrics).dump();
  ASSERT_OK_AND_ASSIGN(const EpochMetrics read,
                       EpochMetricsFromJson(nlohmann::json::parse(text)));
  EXPECT_EQ(read, metrics);
}

TEST(EpochMetricsJsonTest, RefusesAMissingKeyAndAnotherType) {
  nlohmann::json json = ToJson(EpochMetrics());
  json["seconds"] = "long";
  EXPECT_THAT(EpochMetricsFromJson(json),
              StatusIs(absl::StatusCode::kInvalidArgument));
  json.erase("seconds");
  EXPECT_THAT(EpochMetricsFromJson(json),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace carousel
