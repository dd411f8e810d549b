// A whole run that trains word vectors, from datasets on disk to a file in
// word2vec text: what a worker process does with a job of that kind. Knows no
// torch.
#ifndef CAROUSEL_CORE_TRAIN_VECTORS_RUN_H_
#define CAROUSEL_CORE_TRAIN_VECTORS_RUN_H_

#include <filesystem>
#include <stop_token>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/text/skip_gram_settings.h"
#include "core/train/progress.h"

namespace carousel {

// The files in the result's folder, as the store names them.
inline constexpr char kVectorsFile[] = "vectors";
inline constexpr char kWordCountsFile[] = "counts";

struct VectorsRunOptions {
  std::vector<std::filesystem::path> dataset_folders;  // at least one
  std::filesystem::path work_folder;  // checkpoint.bin, then result/
  SkipGramSettings settings;
  int threads = 0;  // 0: as many as the machine has
  const Clock* clock = &Clock::Real();
};

// Reads and tokenizes, trains, writes a checkpoint after every epoch, and in
// the end result/vectors: a line a word, the most frequent first, every number
// in as many digits as give it back; and result/counts, a line "word count" a
// word, as word2vec and gensim write it. Returns the folder. Resumes from the
// checkpoint when there is one, and then tells the observer the past epochs
// first. Errors as SkipGram::TrainEpoch and ReadVectorsTexts;
// FAILED_PRECONDITION when the checkpoint is of other settings or other texts
// (it is never overwritten), DATA_LOSS when it is damaged, RESOURCE_EXHAUSTED
// when memory or threads run out. CANCELLED when `stop` was requested: the
// checkpoint of the last whole epoch stays.
absl::StatusOr<std::filesystem::path> RunVectorsTraining(
    const VectorsRunOptions& options, TrainingObserver& observer,
    const std::stop_token& stop);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_VECTORS_RUN_H_
