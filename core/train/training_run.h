// A whole training run, from a dataset and vectors on disk to a model folder:
// what a worker process does with a job.
#ifndef CAROUSEL_CORE_TRAIN_TRAINING_RUN_H_
#define CAROUSEL_CORE_TRAIN_TRAINING_RUN_H_

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "core/engine/engine.h"
#include "core/train/hyperparameters.h"
#include "core/train/progress.h"

namespace carousel {

struct TrainingRunOptions {
  std::filesystem::path dataset_folder;  // core/data's stored form
  std::filesystem::path vectors_file;    // as it was uploaded
  std::filesystem::path work_folder;     // checkpoint.bin, then result/
  HyperParameters parameters;
  Engine engine = Engine::kReference;
  std::string device = "cpu";
  int threads = 0;  // as SetTorchThreads takes them
  // What provenance.json says beside the hyper-parameters and how the epochs
  // were computed: job, dataset, vectors, checksums, code version.
  nlohmann::json provenance;
};

struct TrainingRunResult {
  std::filesystem::path model_folder;  // work_folder / "result"
  std::int64_t best_epoch = 0;
  double best_validation_accuracy = 0;
};

// Reads, builds the vocabulary from the training texts alone, trains, and
// writes the model folder with metrics.json (the best epoch's validation
// metrics and every epoch) and provenance.json. `max_examples` keeps the first
// training texts of a seeded permutation and leaves the other splits whole.
// Errors as Trainer::Run, ReadDataset and ReadWordVectors.
absl::StatusOr<TrainingRunResult> RunTraining(const TrainingRunOptions& options,
                                              TrainingObserver& observer,
                                              const std::stop_token& stop);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_TRAINING_RUN_H_
