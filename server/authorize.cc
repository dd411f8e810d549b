#include "server/authorize.h"

namespace carousel {

absl::Status Authorize(const grpc::CallbackServerContext& context, Role role) {
  return absl::OkStatus();
}

}  // namespace carousel
