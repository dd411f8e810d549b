#include "server/word_neighbours.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/serve/torch_live_model.h"

namespace carousel {

absl::StatusOr<WordNeighboursResult> WordNeighbours::Run(
    const WordNeighboursRequest& request, const std::stop_token& stop) {
  if (const auto* vectors = std::get_if<StoredVectors>(&request.source)) {
    return OfVectors(vectors->name, request.query, stop);
  }
  return OfModel(std::get<ModelReference>(request.source), request.query);
}

absl::StatusOr<WordNeighboursResult> WordNeighbours::OfModel(
    const ModelReference& reference, const NeighbourQuery& query) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const LiveModel> live,
                   registry_.Get(reference));
  const auto model = std::dynamic_pointer_cast<const TorchLiveModel>(live);
  if (model == nullptr) {
    return absl::InternalError("the model has no embedding to look into");
  }
  ASSIGN_OR_RETURN(Neighbours found,
                   FindNeighbours(model->EmbeddingVectors(), query,
                                  &model->encoder().vocabulary()));
  return WordNeighboursResult{
      absl::StrCat(model->name(), "@", model->version()), std::move(found)};
}

absl::StatusOr<WordNeighboursResult> WordNeighbours::OfVectors(
    const std::string& name, const NeighbourQuery& query,
    const std::stop_token& stop) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const WordVectors> vectors,
                   cache_.Get(name, stop));
  ASSIGN_OR_RETURN(Neighbours found,
                   FindNeighbours(*vectors, query, /*counts=*/nullptr));
  return WordNeighboursResult{name, std::move(found)};
}

}  // namespace carousel
