// The graph by its shape; that it answers as the server does is
// tests/e2e/onnx_test.py.
#include "onnx/onnx_export.h"

#include <set>
#include <string>

#include "core/base/files.h"
#include "core/nn/model_files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "onnx/onnx.pb.h"
#include "tests/onnx/weights.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using enum absl::StatusCode;

ModelConfig SomeConfig(Pooling pooling = Pooling::kLast) {
  return {.vocabulary_size = 5,
          .embedding_size = 2,
          .hidden_size = 3,
          .layers = 2,
          .bidirectional = true,
          .pooling = pooling};
}

std::set<std::string> OperatorsOf(const onnx::ModelProto& model) {
  std::set<std::string> operators;
  for (const auto& node : model.graph().node()) {
    operators.insert(node.op_type());
  }
  return operators;
}

// Values that an operator reads and nothing before it gives.
std::set<std::string> UnknownValues(const onnx::GraphProto& graph) {
  std::set<std::string> known = {""};
  for (const auto& input : graph.input()) known.insert(input.name());
  for (const auto& tensor : graph.initializer()) known.insert(tensor.name());
  std::set<std::string> unknown;
  for (const auto& node : graph.node()) {
    for (const std::string& value : node.input()) {
      if (!known.contains(value)) unknown.insert(value);
    }
    known.insert(node.output().begin(), node.output().end());
  }
  for (const auto& output : graph.output()) {
    if (!known.contains(output.name())) unknown.insert(output.name());
  }
  return unknown;
}

class OnnxExportTest : public ::testing::Test {
 protected:
  void Write(const ModelConfig& config) {
    ASSERT_OK(
        WriteFileAtomically(folder_ / kConfigFile, ToJson(config).dump()));
    ASSERT_OK(WriteFileAtomically(
        folder_ / kWeightsFile, SerializeSafetensors(NumberedWeights(config))));
  }
  absl::Status Export(const std::string& name) {
    return ExportOnnx(folder_.path(), folder_ / name);
  }

  TempDir folder_;
};

TEST_F(OnnxExportTest, TheGraphHasItsInputsAndItsOutput) {
  for (const Pooling pooling :
       {Pooling::kLast, Pooling::kMax, Pooling::kMean, Pooling::kConcat}) {
    onnx::ModelProto model;
    const ModelConfig config = SomeConfig(pooling);
    ASSERT_OK(BuildOnnxModel(config, NumberedWeights(config), model));
    EXPECT_EQ(model.opset_import(0).version(), 17);
    const onnx::GraphProto& graph = model.graph();
    ASSERT_EQ(graph.input_size(), 2);
    EXPECT_EQ(graph.input(0).name(), "tokens");
    EXPECT_EQ(graph.input(0).type().tensor_type().shape().dim_size(), 2);
    EXPECT_EQ(graph.input(1).name(), "lengths");
    ASSERT_EQ(graph.output_size(), 1);
    EXPECT_EQ(graph.output(0).name(), "probabilities");
    EXPECT_THAT(UnknownValues(graph), ::testing::IsEmpty());
  }
}

TEST_F(OnnxExportTest, PoolsAsTheConfigurationSays) {
  const auto operators = [](Pooling pooling) {
    onnx::ModelProto model;
    const ModelConfig config = SomeConfig(pooling);
    EXPECT_OK(BuildOnnxModel(config, NumberedWeights(config), model));
    return OperatorsOf(model);
  };
  EXPECT_THAT(operators(Pooling::kLast),
              AllOf(Not(Contains("ReduceMax")), Not(Contains("ReduceSum"))));
  EXPECT_THAT(operators(Pooling::kMax),
              AllOf(Contains("ReduceMax"), Not(Contains("ReduceSum"))));
  EXPECT_THAT(operators(Pooling::kMean),
              AllOf(Not(Contains("ReduceMax")), Contains("ReduceSum")));
  EXPECT_THAT(operators(Pooling::kConcat),
              AllOf(Contains("ReduceMax"), Contains("ReduceSum")));
}

TEST_F(OnnxExportTest, WeightsThatDoNotFitAreNamed) {
  onnx::ModelProto model;
  SafetensorsFile weights = NumberedWeights(SomeConfig());
  EXPECT_THAT(BuildOnnxModel(SomeConfig(Pooling::kConcat), weights, model),
              StatusIs(kInvalidArgument, HasSubstr("head.weight")));
  weights.tensors.erase(weights.tensors.begin());
  EXPECT_THAT(BuildOnnxModel(SomeConfig(), weights, model),
              StatusIs(kInvalidArgument, HasSubstr("'embedding' is missing")));
}

TEST_F(OnnxExportTest, TheSameFolderGivesTheSameBytes) {
  Write(SomeConfig(Pooling::kConcat));
  ASSERT_OK(Export("a.onnx"));
  ASSERT_OK(Export("b.onnx"));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(folder_ / "a.onnx"));
  EXPECT_THAT(ReadFile(folder_ / "b.onnx"), IsOkAndHolds(bytes));
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(bytes));
  EXPECT_EQ(model.producer_name(), "carousel");
  EXPECT_FALSE(Export("a.onnx").ok()) << "what is there is not written over";
}

TEST_F(OnnxExportTest, SaysWhichFileIsWrong) {
  EXPECT_THAT(Export("m"), StatusIs(kNotFound, HasSubstr(kConfigFile)));
  Write(SomeConfig());
  ASSERT_OK(WriteFileAtomically(folder_ / kWeightsFile, "short"));
  EXPECT_THAT(Export("m"), StatusIs(kInvalidArgument, HasSubstr(kWeightsFile)));
  ASSERT_OK(WriteFileAtomically(folder_ / kConfigFile, "{"));
  EXPECT_THAT(Export("m"), StatusIs(kInvalidArgument, HasSubstr(kConfigFile)));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "m"));
}

}  // namespace
}  // namespace carousel
