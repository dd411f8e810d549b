// A model folder as an ONNX model (https://onnx.ai): one file that other
// runtimes answer with.
#ifndef CAROUSEL_ONNX_ONNX_EXPORT_H_
#define CAROUSEL_ONNX_ONNX_EXPORT_H_

#include <filesystem>

#include "absl/status/status.h"
#include "core/nn/model_config.h"
#include "core/nn/safetensors.h"

namespace onnx {
class ModelProto;
}

namespace carousel {

inline constexpr char kOnnxFile[] = "model.onnx";

// The graph, in IR version 8 and operators of version 17:
//
//   tokens          int64 [batch, time], indices into the vocabulary
//   lengths         int64 [batch], from 1 to time; what follows is padding and
//                   changes no answer
//   probabilities   float [batch], of positive
//
// It is the equations of core/nn/lstm_cell.h and core/nn/sentiment_lstm.h with
// ONNX's own LSTM. INVALID_ARGUMENT naming a tensor that is missing or of
// another shape than the configuration says. The weights are taken apart.
absl::Status BuildOnnxModel(const ModelConfig& config, SafetensorsFile weights,
                            onnx::ModelProto& model);

// Reads the configuration and the weights of `folder` and writes the model to
// `file`, which must not exist. The same folder gives the same bytes. Errors
// as BuildOnnxModel, naming the file; FAILED_PRECONDITION for a model over the
// 2 GiB that the format allows.
absl::Status ExportOnnx(const std::filesystem::path& folder,
                        const std::filesystem::path& file);

}  // namespace carousel

#endif  // CAROUSEL_ONNX_ONNX_EXPORT_H_
