#include "server/evaluation.h"

#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/data/dataset.h"
#include "core/serve/torch_live_model.h"
#include "core/train/evaluator.h"

namespace carousel {
namespace {

struct EncodedSplit {
  std::vector<EncodedText> texts;
  std::vector<float> labels;
  std::int64_t skipped = 0;
};

absl::StatusOr<EncodedSplit> EncodeSplit(const Dataset& dataset,
                                         const std::string& split,
                                         const TextEncoder& encoder,
                                         const std::stop_token& stop) {
  EncodedSplit encoded;
  for (const Example& example : dataset.examples) {
    if (stop.stop_requested()) {
      return absl::CancelledError("the evaluation was stopped");
    }
    if (split != kAllSplitsName && ToString(example.split) != split) continue;
    absl::StatusOr<EncodedText> text = encoder.Encode(example.text);
    if (!text.ok()) {
      ++encoded.skipped;
      continue;
    }
    encoded.texts.push_back(*std::move(text));
    encoded.labels.push_back(static_cast<float>(example.label));
  }
  return encoded;
}

std::string ChooseSplit(const EvaluationRequest& request,
                        const ModelVersionRecord& version) {
  if (!request.split.empty()) return request.split;
  return version.dataset == request.dataset
             ? std::string(ToString(Split::kTest))
             : kAllSplitsName;
}

}  // namespace

absl::StatusOr<EvaluationResult> Evaluation::Run(
    const EvaluationRequest& request, const std::stop_token& stop) const {
  ASSIGN_OR_RETURN(const ModelVersionRecord version,
                   models_.Resolve(request.model));
  ASSIGN_OR_RETURN(const DatasetRecord dataset_record,
                   assets_.GetDataset(request.dataset));
  if (dataset_record.unlabelled) {
    return absl::FailedPreconditionError(absl::StrCat(
        "dataset ", request.dataset,
        " has no labels to measure by; it was imported with --unlabelled"));
  }
  ASSIGN_OR_RETURN(
      const std::shared_ptr<const LiveModel> live,
      registry_.Get({.name = version.model, .version = version.version}));
  const auto model = std::dynamic_pointer_cast<const TorchLiveModel>(live);
  if (model == nullptr) {
    return absl::InternalError("the model has no network to evaluate");
  }
  ASSIGN_OR_RETURN(const std::filesystem::path folder,
                   assets_.VerifiedDataset(request.dataset, stop));
  ASSIGN_OR_RETURN(const Dataset dataset, ReadDataset(folder, stop));
  const std::string split = ChooseSplit(request, version);
  ASSIGN_OR_RETURN(const EncodedSplit encoded,
                   EncodeSplit(dataset, split, model->encoder(), stop));
  if (encoded.texts.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "split ", split, " of dataset ", request.dataset,
        " has no text to measure (", encoded.skipped, " could not be read)"));
  }
  ASSIGN_OR_RETURN(ClassificationReport report,
                   EvaluateModel(model->network(), encoded.texts,
                                 encoded.labels, batch_rows_, stop));
  return EvaluationResult{.model = version.model,
                          .version = version.version,
                          .dataset = request.dataset,
                          .split = split,
                          .report = std::move(report),
                          .skipped = encoded.skipped};
}

}  // namespace carousel
