// Words of a stored model or of stored vectors, projected.
#ifndef CAROUSEL_SERVER_WORD_PROJECTION_H_
#define CAROUSEL_SERVER_WORD_PROJECTION_H_

#include <cstddef>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "core/analysis/projection.h"
#include "core/base/names.h"
#include "core/serve/model_registry.h"
#include "core/store/asset_store.h"

namespace carousel {

inline constexpr int kProjectionDimensions = 2;
inline constexpr char kProjectionMethod[] = "pca";
inline constexpr int kMinTopWords = 3;
inline constexpr int kMaxTopWords = 5000;

struct StoredVectors {
  std::string name;
};
struct TopWords {
  std::size_t count = 0;
};
struct BuiltInSentimentWords {};

struct WordProjectionRequest {
  std::variant<ModelReference, StoredVectors> source;
  std::variant<std::vector<std::string>, TopWords, BuiltInSentimentWords>
      selection;
};

struct WordProjectionResult {
  std::string source;  // "name@version", or the vectors' name
  Projection projection;
};

// Thread-safe. Nothing is owned. The models of `registry` must be
// TorchLiveModels.
class WordProjection {
 public:
  WordProjection(ModelRegistry& registry, const AssetStore& assets)
      : registry_(registry), assets_(assets) {}

  // NOT_FOUND for the source; DATA_LOSS naming a file of it that changed;
  // INVALID_ARGUMENT when too few of the words have a vector, or there are too
  // many; CANCELLED when `stop` was requested. A word that is not UTF-8 is not
  // among the most frequent: no answer could spell it.
  absl::StatusOr<WordProjectionResult> Run(const WordProjectionRequest& request,
                                           const std::stop_token& stop) const;

 private:
  absl::StatusOr<WordProjectionResult> OfModel(
      const ModelReference& reference,
      const WordProjectionRequest& request) const;
  absl::StatusOr<WordProjectionResult> OfVectors(
      const std::string& name, const WordProjectionRequest& request,
      const std::stop_token& stop) const;

  ModelRegistry& registry_;
  const AssetStore& assets_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_WORD_PROJECTION_H_
