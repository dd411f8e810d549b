// Word vectors by skip-grams with negative sampling: T. Mikolov, I. Sutskever,
// K. Chen, G. Corrado and J. Dean, "Distributed Representations of Words and
// Phrases and their Compositionality", 2013, with the choices of word2vec.c.
//
// Every word has an input row v, which is its vector in the end, and an output
// row u. For a word w and each word c within a window of it, drawn from 1 to
// `window` for each w, the loss is
//   -log sigmoid(v_c . u_w) - sum over k words n of log sigmoid(-v_c . u_n)
// with the n drawn by frequency^0.75 (negative_sampler.h), descended by one
// step a pair, its rate falling in a line over all epochs. A word of share f is
// kept with probability sqrt(s / f) + s / f, s = `sample`, before windows are
// made: words that are everywhere say little, and those far apart come near.
//
// Where it differs from word2vec.c: the k words are drawn once a window and not
// once a pair, so that their rows stay in the processor's nearest memory while
// the window is worked through (Ji et al. 2016, "Parallelizing Word2Vec in
// Shared and Distributed Memory"); sigmoids are computed, not looked up; and an
// epoch takes the texts in an order of its own.
#ifndef CAROUSEL_CORE_TEXT_SKIP_GRAM_H_
#define CAROUSEL_CORE_TEXT_SKIP_GRAM_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/text/negative_sampler.h"
#include "core/text/row_matrix.h"
#include "core/text/skip_gram_corpus.h"
#include "core/text/skip_gram_kernel.h"
#include "core/text/skip_gram_settings.h"

namespace carousel {

// Where a running epoch is.
struct SkipGramProgress {
  std::int64_t epoch = 0;  // from 1
  std::int64_t texts = 0;  // done
  double mean_loss = 0;    // a pair, of this epoch so far
  double learning_rate = 0;
  std::int64_t tokens = 0;  // of this epoch so far, thinned-out ones too
};
using SkipGramObserver = std::function<void(const SkipGramProgress&)>;

// A finished epoch.
struct SkipGramEpoch {
  std::int64_t epoch = 0;
  // The mean of a pair as it came, rows moving. The pairs of a window have its
  // negatives in common, so a large learning rate flatters it: the rows have
  // just learned them.
  double loss = 0;
  double learning_rate = 0;  // of the last text
  std::int64_t tokens = 0;   // thinned-out ones too
  std::int64_t pairs = 0;
  double seconds = 0;
};

struct SkipGramOptions {
  SkipGramSettings settings;
  int threads = 1;
  const Clock* clock = &Clock::Real();
  // Null: the fastest there is. For tests and benchmarks.
  SkipGramKernel kernel = nullptr;
};

// With one thread the same corpus, settings and processor give the same bits,
// also when a run goes on from the rows of a whole epoch: every random draw
// comes from (seed, epoch, text). With more the threads share the rows without
// waiting for each other (Recht et al. 2011, "Hogwild"), and so no two runs are
// alike. One call at a time.
class SkipGram {
 public:
  // How often an observer hears of a running epoch.
  static constexpr std::chrono::milliseconds kReportPeriod{250};

  // Input rows uniform in +-0.5 / dimension, output rows 0. `corpus` is not
  // owned. INVALID_ARGUMENT for settings out of range or fewer than one thread.
  static absl::StatusOr<std::unique_ptr<SkipGram>> Create(
      const SkipGramCorpus& corpus, const SkipGramOptions& options);

  // Trains epoch `epoch` of settings.epochs. The observer, which may be null,
  // is called on this thread. CANCELLED when `stop` was requested: the rows
  // are then somewhere within the epoch. FAILED_PRECONDITION when the loss is
  // no number any more, and when thinning leaves no pair of words.
  absl::StatusOr<SkipGramEpoch> TrainEpoch(std::int64_t epoch,
                                           const SkipGramObserver& observer,
                                           const std::stop_token& stop);

  // The rows: inputs are the word vectors.
  RowMatrix& inputs() { return inputs_; }
  RowMatrix& outputs() { return outputs_; }
  std::span<const float> vector(WordIndex word) const {
    return {inputs_.Row(word), inputs_.columns()};
  }
  // With what probability each word is kept when texts are thinned out.
  const std::vector<float>& keep_probabilities() const { return keep_; }

 private:
  // What the threads of an epoch share, and what each adds up.
  struct Epoch;
  struct Sums;

  SkipGram(const SkipGramCorpus& corpus, const SkipGramOptions& options);
  void RandomizeInputs();
  // Takes texts until there are none left. Only the caller's own thread has an
  // observer.
  template <typename Rows>
  Sums TrainTexts(Epoch& epoch, const SkipGramObserver& observer,
                  const std::stop_token& stop);
  // In a thread each. This one is one of them.
  Sums TrainInThreads(Epoch& epoch, const SkipGramObserver& observer,
                      const std::stop_token& stop);
  double LearningRate(std::int64_t epoch, std::int64_t tokens_before) const;

  const SkipGramCorpus& corpus_;
  const SkipGramSettings settings_;
  const int threads_;
  const Clock& clock_;
  const SkipGramKernel kernel_;
  const NegativeSampler negatives_;
  std::vector<float> keep_;
  RowMatrix inputs_, outputs_;  // [words, dimension]
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_SKIP_GRAM_H_
