// How a training run was computed, and from which epoch on: a run that is
// resumed may go on with another engine, on another device, with other threads.
#ifndef CAROUSEL_CORE_TRAIN_COMPUTE_STRETCH_H_
#define CAROUSEL_CORE_TRAIN_COMPUTE_STRETCH_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace carousel {

struct ComputeStretch {
  std::int64_t from_epoch = 0;  // from 1, to the next stretch's or the last
  std::string engine;           // as ToString(Engine) gives it
  std::string device;           // as ResolveDevice gives it
  std::int64_t threads = 0;     // inside one operation, as TorchThreads says

  bool operator==(const ComputeStretch&) const = default;
};

// Adds `stretch` unless the last one goes on as it does.
void ExtendCompute(const ComputeStretch& stretch,
                   std::vector<ComputeStretch>& compute);

// As in provenance.json and a checkpoint; reads back to the same.
nlohmann::json ToJson(const std::vector<ComputeStretch>& compute);
// INVALID_ARGUMENT for a missing key or a value of another type.
absl::StatusOr<std::vector<ComputeStretch>> ComputeFromJson(
    const nlohmann::json& json);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_COMPUTE_STRETCH_H_
