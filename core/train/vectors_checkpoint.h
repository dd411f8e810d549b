// A run that trains word vectors, on disk: enough to go on as if it had never
// stopped. As checkpoint.h has it for models: written atomically after every
// epoch, with its own SHA-256, so that it is the last whole epoch or is
// refused.
#ifndef CAROUSEL_CORE_TRAIN_VECTORS_CHECKPOINT_H_
#define CAROUSEL_CORE_TRAIN_VECTORS_CHECKPOINT_H_

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/text/skip_gram.h"
#include "core/text/skip_gram_settings.h"

namespace carousel {

struct VectorsCheckpoint {
  SkipGramSettings settings;
  // SkipGramCorpus::Sha256: a run goes on only with what it began with.
  std::string inputs_sha256;
  std::vector<SkipGramEpoch> epochs;   // all of them, whole epochs
  std::vector<float> inputs, outputs;  // the rows after the last epoch
};

// The file is kCheckpointFile, whatever a job trains.
absl::Status WriteVectorsCheckpoint(const VectorsCheckpoint& checkpoint,
                                    const std::filesystem::path& folder);
// Nothing when there is none; DATA_LOSS, naming the file, when it is damaged.
absl::StatusOr<std::optional<VectorsCheckpoint>> ReadVectorsCheckpoint(
    const std::filesystem::path& folder);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_VECTORS_CHECKPOINT_H_
