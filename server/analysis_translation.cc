#include "server/analysis_translation.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "server/field_checks.h"

namespace carousel {
namespace {

void CheckSource(const v1::GetNeighboursRequest& request,
                 WordNeighboursRequest& neighbours,
                 FieldViolations& violations) {
  switch (request.source_case()) {
    case v1::GetNeighboursRequest::kModel:
      neighbours.source = CheckModel(request.model(), violations);
      break;
    case v1::GetNeighboursRequest::kVectors:
      CheckName("vectors", request.vectors(), violations);
      neighbours.source = StoredVectors{request.vectors()};
      break;
    case v1::GetNeighboursRequest::SOURCE_NOT_SET:
      violations.Add("source", "source is missing; give model or vectors");
  }
}

void CheckWords(const v1::GetNeighboursRequest& request, NeighbourQuery& query,
                FieldViolations& violations) {
  query.positive.assign(request.positive().begin(), request.positive().end());
  query.negative.assign(request.negative().begin(), request.negative().end());
  const std::size_t words = query.positive.size() + query.negative.size();
  if (words < 1 || words > kMaxNeighbourWords) {
    violations.Add("positive", absl::StrCat("positive and negative are ", words,
                                            " words together; it must be 1 to ",
                                            kMaxNeighbourWords));
  }
}

void CheckCount(int count, NeighbourQuery& query, FieldViolations& violations) {
  if (count == 0) return;
  if (count < 0 || count > static_cast<int>(kMaxNeighbours)) {
    violations.Add("count",
                   absl::StrCat("count is ", count, "; it must be in [1, ",
                                kMaxNeighbours, "], or 0 for ", query.count));
    return;
  }
  query.count = static_cast<std::size_t>(count);
}

}  // namespace

absl::StatusOr<WordNeighboursRequest> FromProto(
    const v1::GetNeighboursRequest& request) {
  FieldViolations violations;
  WordNeighboursRequest neighbours;
  CheckSource(request, neighbours, violations);
  CheckWords(request, neighbours.query, violations);
  CheckCount(request.count(), neighbours.query, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return neighbours;
}

v1::GetNeighboursResponse ToProto(const WordNeighboursResult& result) {
  v1::GetNeighboursResponse proto;
  proto.set_source(result.source);
  for (const Neighbour& neighbour : result.found.neighbours) {
    v1::Neighbour& added = *proto.add_neighbours();
    added.set_word(neighbour.word);
    added.set_cosine(neighbour.cosine);
    if (neighbour.count > 0) added.set_count(neighbour.count);
  }
  for (const std::string& word : result.found.unknown) proto.add_unknown(word);
  proto.set_words(result.found.words);
  return proto;
}

}  // namespace carousel
