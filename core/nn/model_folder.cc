#include "core/nn/model_folder.h"

#include <ATen/ATen.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/error_details.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/nn/safetensors.h"
#include "core/nn/torch_status.h"

namespace carousel {
namespace {

NamedTensor ToNamedTensor(const NamedParameter& parameter) {
  const at::Tensor value =
      parameter.tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  return {.name = parameter.name,
          .type = TensorType::kF32,
          .shape = value.sizes().vec(),
          .bytes = std::string(static_cast<const char*>(value.data_ptr()),
                               value.nbytes())};
}

absl::Status RestoreParameter(const NamedTensor* stored,
                              const NamedParameter& parameter) {
  const std::string& name = parameter.name;
  if (stored == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("tensor '", name, "' is missing"));
  }
  if (stored->type != TensorType::kF32 ||
      stored->shape != parameter.tensor.sizes().vec()) {
    return absl::InvalidArgumentError(
        absl::StrCat("tensor '", name, "' has shape [",
                     absl::StrJoin(stored->shape, ", "), "]; it must be F32 [",
                     absl::StrJoin(parameter.tensor.sizes(), ", "), "]"));
  }
  at::Tensor value = at::empty(parameter.tensor.sizes(), at::kFloat);
  std::memcpy(value.data_ptr(), stored->bytes.data(), stored->bytes.size());
  if (!at::isfinite(value).all().item<bool>()) {
    return absl::InvalidArgumentError(
        absl::StrCat("tensor '", name, "' holds a number that is not finite"));
  }
  // Into the same storage: optimizers and other handles see the new values.
  parameter.tensor.detach().copy_(value);
  return absl::OkStatus();
}

absl::StatusOr<LoadedModel> LoadFiles(const std::filesystem::path& folder,
                                      const LstmKernel& kernel) {
  ASSIGN_OR_RETURN(ModelConfig config, ReadModelConfig(folder));
  ASSIGN_OR_RETURN(const std::string words, ReadFile(folder / kVocabularyFile));
  absl::StatusOr<Vocabulary> vocabulary = Vocabulary::Parse(words);
  if (!vocabulary.ok()) {
    return WithContext(vocabulary.status(), kVocabularyFile);
  }
  if (static_cast<std::int64_t>(vocabulary->size()) != config.vocabulary_size) {
    return absl::InvalidArgumentError(
        absl::StrCat(kVocabularyFile, " has ", vocabulary->size(), " entries; ",
                     kConfigFile, " says ", config.vocabulary_size));
  }
  ASSIGN_OR_RETURN(const std::string weights, ReadFile(folder / kWeightsFile));
  auto model = std::make_unique<SentimentLstm>(
      config, at::zeros({config.vocabulary_size, config.embedding_size}),
      /*forget_bias=*/0, kernel);
  RETURN_IF_ERROR(WithContext(RestoreWeights(weights, *model), kWeightsFile));
  return LoadedModel{config, *std::move(vocabulary), std::move(model)};
}

}  // namespace

std::string SerializeWeights(const SentimentLstm& model) {
  SafetensorsFile file;
  for (const NamedParameter& parameter : model.parameters()) {
    file.tensors.push_back(ToNamedTensor(parameter));
  }
  return SerializeSafetensors(file);
}

absl::Status RestoreWeights(std::string_view safetensors,
                            SentimentLstm& model) {
  ASSIGN_OR_RETURN(const SafetensorsFile file, ParseSafetensors(safetensors));
  const std::vector<NamedParameter> parameters = model.parameters();
  for (const NamedParameter& parameter : parameters) {
    RETURN_IF_ERROR(RestoreParameter(file.Find(parameter.name), parameter));
  }
  if (file.tensors.size() != parameters.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "there are ", file.tensors.size(),
        " tensors; the configuration asks for ", parameters.size()));
  }
  return absl::OkStatus();
}

absl::Status SaveModel(const SentimentLstm& model, const Vocabulary& vocabulary,
                       const std::filesystem::path& folder) {
  RETURN_IF_ERROR(
      WriteFileAtomically(folder / kWeightsFile, SerializeWeights(model)));
  RETURN_IF_ERROR(
      WriteFileAtomically(folder / kVocabularyFile, vocabulary.Serialize()));
  return WriteFileAtomically(folder / kConfigFile,
                             ToJson(model.config()).dump(2) + "\n");
}

absl::StatusOr<LoadedModel> LoadModel(const std::filesystem::path& folder,
                                      const LstmKernel& kernel) {
  try {
    absl::StatusOr<LoadedModel> loaded = LoadFiles(folder, kernel);
    if (!loaded.ok()) return WithContext(loaded.status(), folder.string());
    return loaded;
  } catch (...) {
    return WithContext(TorchExceptionToStatus(), folder.string());
  }
}

}  // namespace carousel
