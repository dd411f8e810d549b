#include "core/train/compute_stretch.h"

#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ComputeStretchTest, LastsAsLongAsNothingChanges) {
  std::vector<ComputeStretch> compute;
  ExtendCompute({1, "reference", "cpu", 2}, compute);
  ExtendCompute({2, "reference", "cpu", 2}, compute);
  ExtendCompute({3, "libtorch", "cpu", 2}, compute);
  ExtendCompute({4, "libtorch", "cuda:0", 2}, compute);
  ExtendCompute({5, "libtorch", "cuda:0", 1}, compute);
  ExtendCompute({6, "libtorch", "cuda:0", 1}, compute);
  ExtendCompute({7, "reference", "cpu", 2}, compute);
  EXPECT_THAT(compute, ElementsAre(ComputeStretch{1, "reference", "cpu", 2},
                                   ComputeStretch{3, "libtorch", "cpu", 2},
                                   ComputeStretch{4, "libtorch", "cuda:0", 2},
                                   ComputeStretch{5, "libtorch", "cuda:0", 1},
                                   ComputeStretch{7, "reference", "cpu", 2}));
}

TEST(ComputeStretchTest, ReadsBackFromJson) {
  const std::vector<ComputeStretch> compute = {{1, "reference", "cpu", 2},
                                               {4, "libtorch", "cuda:0", 8}};
  const nlohmann::json json = ToJson(compute);
  EXPECT_EQ(json, nlohmann::json::parse(R"([
      {"from_epoch": 1, "engine": "reference", "device": "cpu", "threads": 2},
      {"from_epoch": 4, "engine": "libtorch", "device": "cuda:0", "threads": 8}
      ])"));
  EXPECT_THAT(ComputeFromJson(json), IsOkAndHolds(compute));
  EXPECT_EQ(ToJson(std::vector<ComputeStretch>()), nlohmann::json::array());
}

TEST(ComputeStretchTest, RefusesWhatLacksAKeyOrHasAnotherType) {
  for (const char* const text :
       {R"([{"from_epoch": 1, "engine": "reference", "device": "cpu"}])",
        R"([{"from_epoch": 1, "engine": 2, "device": "cpu", "threads": 1}])",
        R"(["reference"])", "7"}) {
    EXPECT_THAT(ComputeFromJson(nlohmann::json::parse(text)),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("how the run was computed")))
        << text;
  }
}

}  // namespace
}  // namespace carousel
