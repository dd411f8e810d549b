// A training run on disk: enough to go on as if it had never stopped.
// checkpoint.bin is written atomically after every epoch and carries its own
// SHA-256, so that it is the last whole epoch or is refused.
#ifndef CAROUSEL_CORE_TRAIN_CHECKPOINT_H_
#define CAROUSEL_CORE_TRAIN_CHECKPOINT_H_

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/train/compute_stretch.h"
#include "core/train/hyperparameters.h"
#include "core/train/progress.h"

namespace carousel {

struct Checkpoint {
  HyperParameters parameters;
  // A digest of the texts, labels and initial embedding, in hexadecimal: a run
  // goes on only with what it began with.
  std::string inputs_sha256;
  std::vector<EpochMetrics> epochs;     // all of them, whole epochs
  std::vector<ComputeStretch> compute;  // how these epochs were computed
  std::int64_t best_epoch = 0;
  std::string weights;       // safetensors, after the last epoch
  std::string best_weights;  // safetensors, after the best epoch
  std::string optimizer;     // the optimizer's state
};

inline constexpr char kCheckpointFile[] = "checkpoint.bin";

absl::Status WriteCheckpoint(const Checkpoint& checkpoint,
                             const std::filesystem::path& folder);
// Nothing when there is none; DATA_LOSS, naming the file, when it is damaged.
absl::StatusOr<std::optional<Checkpoint>> ReadCheckpoint(
    const std::filesystem::path& folder);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_CHECKPOINT_H_
