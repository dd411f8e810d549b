// A saved model: a folder with model.safetensors, config.json, vocabulary.txt,
// and metrics.json and provenance.json, which this file leaves alone. It reads
// in Python with safetensors and numpy alone; docs/model_format.md says how.
#ifndef CAROUSEL_CORE_NN_MODEL_FOLDER_H_
#define CAROUSEL_CORE_NN_MODEL_FOLDER_H_

#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/nn/model_config.h"
#include "core/nn/model_files.h"
#include "core/nn/sentiment_lstm.h"
#include "core/text/vocabulary.h"

namespace carousel {

struct LoadedModel {
  ModelConfig config;
  Vocabulary vocabulary;
  std::unique_ptr<SentimentLstm> model;
};

// Writes the three files into an existing folder.
absl::Status SaveModel(const SentimentLstm& model, const Vocabulary& vocabulary,
                       const std::filesystem::path& folder);

// Reads them back. NOT_FOUND when a file is missing; INVALID_ARGUMENT naming
// the file and what is wrong: a missing or extra tensor, another shape, a
// vocabulary of another size, weights that are not finite; what LibTorch throws
// as torch_status.h has it. Whether the files are those that were written is
// for checksums to say. `kernel` must outlive the model.
absl::StatusOr<LoadedModel> LoadModel(const std::filesystem::path& folder,
                                      const LstmKernel& kernel);

// The weights alone, as the bytes of a safetensors file, and back into a model
// of the same configuration.
std::string SerializeWeights(const SentimentLstm& model);
absl::Status RestoreWeights(std::string_view safetensors, SentimentLstm& model);

}  // namespace carousel

#endif  // CAROUSEL_CORE_NN_MODEL_FOLDER_H_
