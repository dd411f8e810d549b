// Words of a stored model or of stored vectors, and their neighbours.
#ifndef CAROUSEL_SERVER_WORD_NEIGHBOURS_H_
#define CAROUSEL_SERVER_WORD_NEIGHBOURS_H_

#include <stop_token>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "core/analysis/neighbours.h"
#include "core/base/names.h"
#include "core/serve/model_registry.h"
#include "core/store/asset_store.h"
#include "server/vectors_cache.h"
#include "server/word_projection.h"

namespace carousel {

struct WordNeighboursRequest {
  std::variant<ModelReference, StoredVectors> source;
  NeighbourQuery query;
};

struct WordNeighboursResult {
  std::string source;  // "name@version", or the vectors' name
  Neighbours found;
};

// Thread-safe. Nothing is owned. The models of `registry` must be
// TorchLiveModels.
class WordNeighbours {
 public:
  WordNeighbours(ModelRegistry& registry, const AssetStore& assets)
      : registry_(registry), cache_(assets) {}

  // Errors of the source as VectorsCache::Get or ModelRegistry::Get; of the
  // words as FindNeighbours.
  absl::StatusOr<WordNeighboursResult> Run(const WordNeighboursRequest& request,
                                           const std::stop_token& stop);

 private:
  absl::StatusOr<WordNeighboursResult> OfModel(const ModelReference& reference,
                                               const NeighbourQuery& query);
  absl::StatusOr<WordNeighboursResult> OfVectors(const std::string& name,
                                                 const NeighbourQuery& query,
                                                 const std::stop_token& stop);

  ModelRegistry& registry_;
  VectorsCache cache_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_WORD_NEIGHBOURS_H_
