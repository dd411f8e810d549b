// A stored model measured on a stored dataset.
#ifndef CAROUSEL_SERVER_EVALUATION_H_
#define CAROUSEL_SERVER_EVALUATION_H_

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/names.h"
#include "core/metrics/classification.h"
#include "core/serve/model_registry.h"
#include "core/store/asset_store.h"
#include "core/store/model_store.h"

namespace carousel {

inline constexpr char kAllSplitsName[] = "all";

struct EvaluationRequest {
  ModelReference model;
  std::string dataset;
  // "train", "validation", "test" or "all"; "": "test" on the dataset that the
  // model was trained on, "all" on any other.
  std::string split;
};

struct EvaluationResult {
  std::string model;
  std::int64_t version = 0;
  std::string dataset;
  std::string split;  // that was used
  ClassificationReport report;
  std::int64_t skipped = 0;  // texts that could not be read
};

// Thread-safe. Nothing is owned. The models of `registry` must be
// TorchLiveModels.
class Evaluation {
 public:
  Evaluation(ModelRegistry& registry, const ModelStore& models,
             const AssetStore& assets, std::size_t batch_rows)
      : registry_(registry),
        models_(models),
        assets_(assets),
        batch_rows_(batch_rows) {}

  // NOT_FOUND for the model or the dataset, DATA_LOSS naming a file of theirs
  // that changed, FAILED_PRECONDITION for a split without a readable text,
  // CANCELLED when `stop` was requested.
  absl::StatusOr<EvaluationResult> Run(const EvaluationRequest& request,
                                       const std::stop_token& stop) const;

 private:
  ModelRegistry& registry_;
  const ModelStore& models_;
  const AssetStore& assets_;
  const std::size_t batch_rows_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_EVALUATION_H_
