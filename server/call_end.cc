#include "server/call_end.h"

#include "server/status_translation.h"

namespace carousel {

grpc::Status CallEnd::Conclude(const absl::Status& status) {
  context_.AddTrailingMetadata(kServerTimingKey, timing_.ToString());
  return ToGrpcStatus(deadline_.Explain(status));
}

}  // namespace carousel
