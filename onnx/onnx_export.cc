#include "onnx/onnx_export.h"

#include <fcntl.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/file_descriptor.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/nn/model_files.h"
#include "onnx/graph_builder.h"
#include "onnx/lstm_operands.h"
#include "onnx/onnx.pb.h"

namespace carousel {
namespace {

constexpr std::int64_t kOperators = 17;
constexpr std::size_t kMaxBytes = std::numeric_limits<std::int32_t>::max();

constexpr char kTokens[] = "tokens";
constexpr char kLengths[] = "lengths";
constexpr char kProbabilities[] = "probabilities";

// Sequences inside are [time, batch, units], as ONNX's LSTM takes them.
class ModelGraph {
 public:
  // Nothing is owned.
  ModelGraph(const ModelConfig& config, SafetensorsFile& weights,
             onnx::GraphProto& graph)
      : config_(config), weights_(weights), builder_(graph) {}

  absl::Status Build() {
    AddConstants();
    ASSIGN_OR_RETURN(outputs_, Embed());
    for (std::int64_t layer = 0; layer < config_.layers; ++layer) {
      RETURN_IF_ERROR(AddLayer(layer));
    }
    return AddHead(Pool());
  }

 private:
  void AddConstants() {
    zero_ = builder_.AddScalar("zero", std::int64_t{0});
    one_ = builder_.AddScalar("one", std::int64_t{1});
    first_axis_ = builder_.AddList("first_axis", {0});
    second_axis_ = builder_.AddList("second_axis", {1});
    last_axis_ = builder_.AddList("last_axis", {2});
    lengths32_ =
        builder_.Add("Cast", {kLengths},
                     {Attribute("to", std::int64_t{onnx::TensorProto::INT32})});
  }

  absl::StatusOr<std::string> Embed() {
    const std::string tokens =
        builder_.Add("Transpose", {kTokens},
                     {Attribute("perm", std::vector<std::int64_t>{1, 0})});
    ASSIGN_OR_RETURN(const std::string table,
                     TakeTensor("embedding", {config_.vocabulary_size,
                                              config_.embedding_size}));
    return builder_.Add("Gather", {table, tokens});
  }

  absl::Status AddLayer(std::int64_t layer) {
    ASSIGN_OR_RETURN(LstmOperands operands,
                     MakeLstmOperands(weights_, config_, layer));
    const std::string name = absl::StrCat("layers.", layer, ".");
    const std::string w =
        builder_.AddTensor(name + "W", operands.w_shape, std::move(operands.w));
    const std::string r =
        builder_.AddTensor(name + "R", operands.r_shape, std::move(operands.r));
    const std::string b =
        builder_.AddTensor(name + "B", operands.b_shape, std::move(operands.b));
    const std::vector<std::string> results = builder_.AddWithOutputs(
        2, "LSTM", {outputs_, w, r, b, lengths32_},
        {Attribute("hidden_size", config_.hidden_size),
         Attribute("direction",
                   config_.bidirectional ? "bidirectional" : "forward")});
    outputs_ = Flatten(results[0], {0, 2, 1, 3}, {0, 0, units()});
    last_ = Flatten(results[1], {1, 0, 2}, {0, units()});
    return absl::OkStatus();
  }

  // The directions side by side: the transposed value, then reshaped.
  std::string Flatten(const std::string& value,
                      const std::vector<std::int64_t>& order,
                      const std::vector<std::int64_t>& shape) {
    const std::string transposed =
        builder_.Add("Transpose", {value}, {Attribute("perm", order)});
    return builder_.Add(
        "Reshape",
        {transposed, builder_.AddList(transposed + "_shape", shape)});
  }

  std::string Pool() {
    if (config_.pooling == Pooling::kLast) return last_;
    const std::string is_text = TextMask();
    switch (config_.pooling) {
      case Pooling::kMax:
        return Max(is_text);
      case Pooling::kMean:
        return Mean(is_text);
      default:
        return builder_.Add("Concat", {Max(is_text), Mean(is_text), last_},
                            {Attribute("axis", std::int64_t{1})});
    }
  }

  // Whether a step is before the text's end, [time, batch, 1].
  std::string TextMask() {
    const std::string shape = builder_.Add("Shape", {kTokens});
    const std::string time = builder_.Add("Gather", {shape, one_});
    const std::string steps = builder_.Add("Range", {zero_, time, one_});
    const std::string column = builder_.Add("Unsqueeze", {steps, second_axis_});
    const std::string mask = builder_.Add("Less", {column, kLengths});
    return builder_.Add("Unsqueeze", {mask, last_axis_});
  }

  std::string Max(const std::string& is_text) {
    const std::string lowest =
        builder_.AddScalar("lowest", -std::numeric_limits<float>::infinity());
    const std::string masked =
        builder_.Add("Where", {is_text, outputs_, lowest});
    return builder_.Add("ReduceMax", {masked},
                        {Attribute("axes", std::vector<std::int64_t>{0}),
                         Attribute("keepdims", std::int64_t{0})});
  }

  std::string Mean(const std::string& is_text) {
    const std::string nothing = builder_.AddScalar("nothing", 0.0F);
    const std::string masked =
        builder_.Add("Where", {is_text, outputs_, nothing});
    const std::string sum =
        builder_.Add("ReduceSum", {masked, first_axis_},
                     {Attribute("keepdims", std::int64_t{0})});
    const std::string counts =
        builder_.Add("Cast", {kLengths},
                     {Attribute("to", std::int64_t{onnx::TensorProto::FLOAT})});
    return builder_.Add(
        "Div", {sum, builder_.Add("Unsqueeze", {counts, second_axis_})});
  }

  absl::Status AddHead(const std::string& pooled) {
    ASSIGN_OR_RETURN(const std::string weight,
                     TakeTensor("head.weight", {1, config_.pooled_size()}));
    ASSIGN_OR_RETURN(const std::string bias, TakeTensor("head.bias", {1}));
    const std::string logits = builder_.Add(
        "Gemm", {pooled, weight, bias}, {Attribute("transB", std::int64_t{1})});
    builder_.AddOutput(kProbabilities, "Sigmoid",
                       {builder_.Add("Squeeze", {logits, second_axis_})});
    return absl::OkStatus();
  }

  // Moves a stored tensor into the graph: the embedding is most of a model.
  absl::StatusOr<std::string> TakeTensor(
      const std::string& name, const std::vector<std::int64_t>& shape) {
    RETURN_IF_ERROR(FindTensor(weights_, name, shape).status());
    for (NamedTensor& tensor : weights_.tensors) {
      if (tensor.name != name) continue;
      return builder_.AddTensor(name, shape, std::move(tensor.bytes));
    }
    return absl::InternalError(absl::StrCat("tensor '", name, "' is gone"));
  }

  std::int64_t units() const {
    return config_.directions() * config_.hidden_size;
  }

  const ModelConfig& config_;
  SafetensorsFile& weights_;
  GraphBuilder builder_;
  // Values of the graph.
  std::string zero_, one_, first_axis_, second_axis_, last_axis_, lengths32_;
  std::string outputs_;  // [time, batch, units]
  std::string last_;     // [batch, units]
};

void Describe(onnx::ValueInfoProto& value, const std::string& name,
              onnx::TensorProto::DataType type,
              const std::vector<std::string>& dimensions) {
  value.set_name(name);
  auto& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  for (const std::string& dimension : dimensions) {
    tensor.mutable_shape()->add_dim()->set_dim_param(dimension);
  }
}

absl::StatusOr<SafetensorsFile> ReadWeights(
    const std::filesystem::path& folder) {
  ASSIGN_OR_RETURN(const std::string content, ReadFile(folder / kWeightsFile));
  absl::StatusOr<SafetensorsFile> weights = ParseSafetensors(content);
  if (!weights.ok()) return WithContext(weights.status(), kWeightsFile);
  return weights;
}

absl::Status WriteModel(const onnx::ModelProto& model,
                        const std::filesystem::path& path) {
  const std::size_t bytes = model.ByteSizeLong();
  if (bytes > kMaxBytes) {
    return absl::FailedPreconditionError(
        absl::StrCat("the model takes ", bytes,
                     " bytes as ONNX; the format "
                     "allows ",
                     kMaxBytes));
  }
  ASSIGN_OR_RETURN(FileDescriptor file,
                   FileDescriptor::Open(path, O_WRONLY | O_CREAT | O_EXCL));
  google::protobuf::io::FileOutputStream stream(file.get());
  {
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    model.SerializeToCodedStream(&coded);
  }
  if (!stream.Flush()) return ErrnoToStatus(stream.GetErrno(), "write", path);
  return file.Close();
}

}  // namespace

absl::Status BuildOnnxModel(const ModelConfig& config, SafetensorsFile weights,
                            onnx::ModelProto& model) {
  model.set_ir_version(onnx::IR_VERSION_2021_7_30);
  model.add_opset_import()->set_version(kOperators);
  model.set_producer_name("carousel");
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name("sentiment_lstm");
  Describe(*graph.add_input(), kTokens, onnx::TensorProto::INT64,
           {"batch", "time"});
  Describe(*graph.add_input(), kLengths, onnx::TensorProto::INT64, {"batch"});
  Describe(*graph.add_output(), kProbabilities, onnx::TensorProto::FLOAT,
           {"batch"});
  return ModelGraph(config, weights, graph).Build();
}

absl::Status ExportOnnx(const std::filesystem::path& folder,
                        const std::filesystem::path& file) {
  ASSIGN_OR_RETURN(const ModelConfig config, ReadModelConfig(folder));
  ASSIGN_OR_RETURN(SafetensorsFile weights, ReadWeights(folder));
  onnx::ModelProto model;
  RETURN_IF_ERROR(WithContext(BuildOnnxModel(config, std::move(weights), model),
                              kWeightsFile));
  return WriteModel(model, file);
}

}  // namespace carousel
