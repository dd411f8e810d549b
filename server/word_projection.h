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
#include "core/store/data_folder.h"
#include "core/store/model_store.h"

namespace carousel {

inline constexpr int kMinProjectionDimensions = 2;
inline constexpr int kMaxProjectionDimensions = 3;
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
  std::size_t dimensions = kMinProjectionDimensions;
  bool compare_initial = false;  // of a model
};

struct WordProjectionResult {
  std::string source;  // "name@version", or the vectors' name
  std::size_t dimensions = 0;
  Projection projection;
};

// Thread-safe. Nothing is owned. The models of `registry` must be
// TorchLiveModels.
class WordProjection {
 public:
  WordProjection(ModelRegistry& registry, const ModelStore& models,
                 const AssetStore& assets, const DataFolder& folder)
      : registry_(registry),
        models_(models),
        assets_(assets),
        folder_(folder) {}

  // NOT_FOUND for the source; DATA_LOSS naming a file of it that changed;
  // INVALID_ARGUMENT when too few of the words have a vector, or there are too
  // many; CANCELLED when `stop` was requested. A word that is not UTF-8 is not
  // among the most frequent: no answer could spell it. With compare_initial
  // FAILED_PRECONDITION when the vectors that the model began with are gone, or
  // others have taken their name; DATA_LOSS when their file has changed.
  absl::StatusOr<WordProjectionResult> Run(const WordProjectionRequest& request,
                                           const std::stop_token& stop) const;

 private:
  absl::StatusOr<WordProjectionResult> OfModel(
      const ModelReference& reference, const WordProjectionRequest& request,
      const std::stop_token& stop) const;
  absl::StatusOr<WordProjectionResult> OfVectors(
      const std::string& name, const WordProjectionRequest& request,
      const std::stop_token& stop) const;
  // Those of `words` in the vectors that the version began with.
  absl::StatusOr<WordVectors> ReadInitial(const ModelReference& version,
                                          const std::vector<std::string>& words,
                                          const std::stop_token& stop) const;
  // Whether the vectors that bear the name today are those that the version
  // began with.
  absl::Status CheckInitial(const ModelVersionRecord& version) const;

  ModelRegistry& registry_;
  const ModelStore& models_;
  const AssetStore& assets_;
  const DataFolder& folder_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_WORD_PROJECTION_H_
