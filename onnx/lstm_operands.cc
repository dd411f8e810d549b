#include "onnx/lstm_operands.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

// The operator's order of the gates, by their names in core/nn/lstm_cell.h.
constexpr const char* kGates[] = {"i", "o", "f", "c"};
constexpr std::int64_t kGateCount = 4;

// Of one direction. A stored row is [h, x]; it becomes a row of r and one of w.
absl::Status AppendDirection(const SafetensorsFile& weights,
                             const std::string& prefix, std::int64_t hidden,
                             std::int64_t inputs, LstmOperands& operands) {
  const auto h_bytes = static_cast<std::size_t>(hidden) * sizeof(float);
  const auto row_bytes =
      static_cast<std::size_t>(hidden + inputs) * sizeof(float);
  for (const char* gate : kGates) {
    ASSIGN_OR_RETURN(const NamedTensor* matrix,
                     FindTensor(weights, absl::StrCat(prefix, "W_", gate),
                                {hidden, hidden + inputs}));
    for (std::size_t row = 0; row < matrix->bytes.size(); row += row_bytes) {
      operands.r.append(matrix->bytes, row, h_bytes);
      operands.w.append(matrix->bytes, row + h_bytes, row_bytes - h_bytes);
    }
  }
  for (const char* gate : kGates) {
    ASSIGN_OR_RETURN(
        const NamedTensor* bias,
        FindTensor(weights, absl::StrCat(prefix, "b_", gate), {hidden}));
    operands.b.append(bias->bytes);
  }
  operands.b.append(kGateCount * h_bytes, '\0');
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<const NamedTensor*> FindTensor(
    const SafetensorsFile& weights, const std::string& name,
    const std::vector<std::int64_t>& shape) {
  const NamedTensor* tensor = weights.Find(name);
  if (tensor == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("tensor '", name, "' is missing"));
  }
  if (tensor->type != TensorType::kF32 || tensor->shape != shape) {
    return absl::InvalidArgumentError(absl::StrCat(
        "tensor '", name, "' has shape [", absl::StrJoin(tensor->shape, ", "),
        "]; it must be F32 [", absl::StrJoin(shape, ", "), "]"));
  }
  return tensor;
}

absl::StatusOr<LstmOperands> MakeLstmOperands(const SafetensorsFile& weights,
                                              const ModelConfig& config,
                                              std::int64_t layer) {
  const std::int64_t directions = config.directions();
  const std::int64_t hidden = config.hidden_size;
  const std::int64_t inputs =
      layer == 0 ? config.embedding_size : directions * hidden;
  LstmOperands operands{.w_shape = {directions, kGateCount * hidden, inputs},
                        .r_shape = {directions, kGateCount * hidden, hidden},
                        .b_shape = {directions, 2 * kGateCount * hidden}};
  for (std::int64_t direction = 0; direction < directions; ++direction) {
    RETURN_IF_ERROR(AppendDirection(
        weights,
        absl::StrCat("layers.", layer,
                     direction == 0 ? ".forward." : ".backward."),
        hidden, inputs, operands));
  }
  return operands;
}

}  // namespace carousel
