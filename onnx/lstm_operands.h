// A layer's stored weights in the layout of ONNX's operator LSTM.
#ifndef CAROUSEL_ONNX_LSTM_OPERANDS_H_
#define CAROUSEL_ONNX_LSTM_OPERANDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/nn/model_config.h"
#include "core/nn/safetensors.h"

namespace carousel {

// Row-major little-endian floats. D directions (forward, then backward), H
// units, I inputs; the gates in the operator's order: input, output, forget,
// cell.
struct LstmOperands {
  std::vector<std::int64_t> w_shape;  // [D, 4H, I]
  std::vector<std::int64_t> r_shape;  // [D, 4H, H]
  std::vector<std::int64_t> b_shape;  // [D, 8H]
  std::string w;                      // what x is multiplied with
  std::string r;                      // what h is multiplied with
  std::string b;                      // of w, then of r (zeros: there is one)
};

// The layer, from 0. INVALID_ARGUMENT naming the tensor that is missing or of
// another shape than the configuration says.
absl::StatusOr<LstmOperands> MakeLstmOperands(const SafetensorsFile& weights,
                                              const ModelConfig& config,
                                              std::int64_t layer);

// The tensor of that name, F32 and of that shape; else as above.
absl::StatusOr<const NamedTensor*> FindTensor(
    const SafetensorsFile& weights, const std::string& name,
    const std::vector<std::int64_t>& shape);

}  // namespace carousel

#endif  // CAROUSEL_ONNX_LSTM_OPERANDS_H_
