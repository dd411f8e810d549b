#include "onnx/lstm_operands.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/onnx/weights.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

ModelConfig SmallConfig() {
  return {.vocabulary_size = 3, .embedding_size = 2, .hidden_size = 1};
}

TEST(LstmOperandsTest, GatesComeInTheOperatorsOrder) {
  const ModelConfig config = SmallConfig();
  // W_f is tensor 1 (b_f 2), W_i 3, W_c 5, W_o 7; a row is [h, x, x].
  ASSERT_OK_AND_ASSIGN(
      const LstmOperands operands,
      MakeLstmOperands(NumberedWeights(config), config, /*layer=*/0));
  EXPECT_THAT(operands.w_shape, ElementsAre(1, 4, 2));
  EXPECT_THAT(operands.r_shape, ElementsAre(1, 4, 1));
  EXPECT_THAT(operands.b_shape, ElementsAre(1, 8));
  EXPECT_THAT(ToFloats(operands.r), ElementsAre(3000, 7000, 1000, 5000));
  EXPECT_THAT(ToFloats(operands.w),
              ElementsAre(3001, 3002, 7001, 7002, 1001, 1002, 5001, 5002));
  EXPECT_THAT(ToFloats(operands.b),
              ElementsAre(4000, 8000, 2000, 6000, 0, 0, 0, 0));
}

TEST(LstmOperandsTest, UpperLayersReadBothDirections) {
  const ModelConfig config = {.vocabulary_size = 3,
                              .embedding_size = 2,
                              .hidden_size = 3,
                              .layers = 2,
                              .bidirectional = true};
  ASSERT_OK_AND_ASSIGN(
      const LstmOperands operands,
      MakeLstmOperands(NumberedWeights(config), config, /*layer=*/1));
  EXPECT_THAT(operands.w_shape, ElementsAre(2, 12, 6));
  EXPECT_THAT(operands.r_shape, ElementsAre(2, 12, 3));
  EXPECT_THAT(ToFloats(operands.w), SizeIs(2 * 12 * 6));
  // Of the second row of W_i of the backward direction: 1 embedding, 16 tensors
  // of layer 0 and 8 of layer 1 come before its own W_f and b_f.
  EXPECT_EQ(ToFloats(operands.r)[12 * 3 + 3], 27009);
  EXPECT_EQ(ToFloats(operands.w)[12 * 6 + 6], 27012);
}

TEST(LstmOperandsTest, NamesTheTensorThatDoesNotFit) {
  const ModelConfig config = SmallConfig();
  ModelConfig larger = config;
  larger.hidden_size = 2;
  EXPECT_THAT(MakeLstmOperands(NumberedWeights(config), larger, 0),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("layers.0.forward.W_i"),
                             HasSubstr("[1, 3]"), HasSubstr("[2, 4]"))));
  EXPECT_THAT(MakeLstmOperands(NumberedWeights(config), config, 1),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("'layers.1.forward.W_i' is missing")));
}

}  // namespace
}  // namespace carousel
