// The training loop: binary cross-entropy, back-propagation through time, one
// optimizer step a batch, a validation pass and a checkpoint an epoch.
#ifndef CAROUSEL_CORE_TRAIN_TRAINER_H_
#define CAROUSEL_CORE_TRAIN_TRAINER_H_

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/engine/engine.h"
#include "core/nn/model_config.h"
#include "core/text/encoder.h"
#include "core/text/vocabulary.h"
#include "core/text/word_vectors.h"
#include "core/train/hyperparameters.h"
#include "core/train/progress.h"

namespace carousel {

class SentimentLstm;

// Encoded texts with their labels.
struct LabelledTexts {
  std::vector<EncodedText> texts;
  std::vector<float> labels;
};

struct TrainerOptions {
  HyperParameters parameters;
  ModelConfig config;
  Engine engine = Engine::kReference;
  std::string device = "cpu";  // as ResolveDevice gives it
  // Where checkpoints live; must exist. One is kept, the newest.
  std::filesystem::path checkpoint_folder;
  const Clock* clock = &Clock::Real();
};

struct TrainingResult {
  std::vector<EpochMetrics> epochs;
  std::int64_t best_epoch = 0;
  double best_validation_accuracy = 0;
  // The weights of the best epoch: highest validation accuracy, at a tie the
  // lower validation loss.
  std::shared_ptr<SentimentLstm> model;
  bool stopped_early = false;
};

// Same inputs, same thread count, same machine: bit-identical results, also
// when the run was broken off and resumed at any point. Every random draw of
// an epoch comes from (seed, epoch). Not thread-safe.
class Trainer {
 public:
  // `embedding` has a row for each vocabulary entry, row-major
  // [vocabulary_size, embedding_size].
  static absl::StatusOr<std::unique_ptr<Trainer>> Create(
      TrainerOptions options, std::vector<float> embedding, LabelledTexts train,
      LabelledTexts validation);
  virtual ~Trainer() = default;

  // Resumes from the checkpoint folder when it holds a checkpoint of the same
  // hyper-parameters. CANCELLED when `stop` was requested: the checkpoint of
  // the last whole epoch stays. FAILED_PRECONDITION with the epoch and batch
  // when the loss is not finite. RESOURCE_EXHAUSTED when memory runs out.
  virtual absl::StatusOr<TrainingResult> Run(TrainingObserver& observer,
                                             std::stop_token stop) = 0;
};

// The initial embedding [vocabulary, dimension]: a word's pre-trained vector,
// small random values (seeded) with the vectors' own spread for a word that
// has none and for the unknown word, zeros for padding.
std::vector<float> InitialEmbedding(const Vocabulary& vocabulary,
                                    const WordVectors& vectors,
                                    std::uint64_t seed);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_TRAINER_H_
