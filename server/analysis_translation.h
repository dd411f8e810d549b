// Neighbours between core and the protos.
#ifndef CAROUSEL_SERVER_ANALYSIS_TRANSLATION_H_
#define CAROUSEL_SERVER_ANALYSIS_TRANSLATION_H_

#include "absl/status/statusor.h"
#include "carousel/v1/analysis.pb.h"
#include "server/word_neighbours.h"

namespace carousel {

absl::StatusOr<WordNeighboursRequest> FromProto(
    const v1::GetNeighboursRequest& request);
v1::GetNeighboursResponse ToProto(const WordNeighboursResult& result);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_ANALYSIS_TRANSLATION_H_
