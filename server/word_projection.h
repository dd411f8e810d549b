// Words of a stored model or of stored vectors, projected.
#ifndef CAROUSEL_SERVER_WORD_PROJECTION_H_
#define CAROUSEL_SERVER_WORD_PROJECTION_H_

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "core/analysis/projection.h"
#include "core/base/names.h"
#include "core/serve/model_registry.h"
#include "core/store/asset_store.h"
#include "core/store/data_folder.h"

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
  WordProjection(ModelRegistry& registry, const AssetStore& assets,
                 const DataFolder& folder)
      : registry_(registry), assets_(assets), folder_(folder) {}

  // NOT_FOUND for the source; INVALID_ARGUMENT when too few of the words have
  // a vector.
  absl::StatusOr<WordProjectionResult> Run(
      const WordProjectionRequest& request) const;

 private:
  absl::StatusOr<WordProjectionResult> OfModel(
      const ModelReference& reference,
      const WordProjectionRequest& request) const;
  absl::StatusOr<WordProjectionResult> OfVectors(
      const std::string& name, const WordProjectionRequest& request) const;

  ModelRegistry& registry_;
  const AssetStore& assets_;
  const DataFolder& folder_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_WORD_PROJECTION_H_
