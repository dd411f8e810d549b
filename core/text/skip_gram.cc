#include "core/text/skip_gram.h"

#include <atomic>
#include <cmath>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/random.h"
#include "core/base/split_mix64.h"
#include "core/base/status_macros.h"
#include "core/text/skip_gram_text.h"

namespace carousel {
namespace {

// What is drawn at random, each from a stream of its own. The numbers are part
// of what a seed means: never change one.
enum Stream : std::uint64_t {
  kInputsStream = 101,  // the rows at the start
  kOrderStream = 102,   // of the texts, by epoch
  kTextStream = 103,    // thinning, windows and negatives, by epoch and text
};

std::vector<float> KeepProbabilities(const SkipGramCorpus& corpus,
                                     double sample) {
  std::vector<float> keep(corpus.words(), 1);
  if (sample == 0) return keep;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    const double share = static_cast<double>(corpus.counts()[i]) /
                         static_cast<double>(corpus.tokens());
    keep[i] = static_cast<float>(
        std::min(1.0, std::sqrt(sample / share) + sample / share));
  }
  return keep;
}

absl::Status Stopped() {
  return absl::CancelledError("the run was stopped within an epoch");
}

absl::Status NoPairs(std::int64_t epoch, double sample) {
  return absl::FailedPreconditionError(
      absl::StrCat("epoch ", epoch,
                   " had no two words of a text left to learn from: sample "
                   "is ",
                   sample,
                   ", which thins out all words that are more than that share "
                   "of the texts; 0 keeps every word"));
}

}  // namespace

struct SkipGram::Epoch {
  std::int64_t number = 0;
  std::vector<std::size_t> order;
  // Before each text of `order`, and of all of them.
  std::vector<std::int64_t> tokens_before;
  std::atomic<std::size_t> next = 0;     // in `order`, untaken
  std::atomic<std::int64_t> tokens = 0;  // done
};

struct SkipGram::Sums {
  double loss = 0;
  std::int64_t pairs = 0;
};

absl::StatusOr<std::unique_ptr<SkipGram>> SkipGram::Create(
    const SkipGramCorpus& corpus, const SkipGramOptions& options) {
  RETURN_IF_ERROR(Validate(options.settings));
  if (options.threads < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "threads is ", options.threads, "; it must be at least 1"));
  }
  return std::unique_ptr<SkipGram>(new SkipGram(corpus, options));
}

SkipGram::SkipGram(const SkipGramCorpus& corpus, const SkipGramOptions& options)
    : corpus_(corpus),
      settings_(options.settings),
      threads_(options.threads),
      clock_(*options.clock),
      kernel_(options.kernel != nullptr ? options.kernel
                                        : SkipGramKernels().front().run),
      negatives_(corpus.counts()),
      keep_(KeepProbabilities(corpus, settings_.sample)),
      inputs_(corpus.words(), static_cast<std::size_t>(settings_.dimension)),
      outputs_(corpus.words(), static_cast<std::size_t>(settings_.dimension)) {
  RandomizeInputs();
}

void SkipGram::RandomizeInputs() {
  SplitMix64 random(DeriveSeed(settings_.seed, {kInputsStream}));
  const auto width = static_cast<float>(settings_.dimension);
  for (std::size_t row = 0; row < inputs_.rows(); ++row) {
    for (std::size_t i = 0; i < inputs_.columns(); ++i) {
      inputs_.Row(row)[i] = (random.Uniform() - 0.5F) / width;
    }
  }
}

double SkipGram::LearningRate(std::int64_t epoch,
                              std::int64_t tokens_before) const {
  const auto an_epoch = static_cast<double>(corpus_.tokens());
  const double done = (static_cast<double>(epoch - 1) * an_epoch +
                       static_cast<double>(tokens_before)) /
                      (static_cast<double>(settings_.epochs) * an_epoch);
  return settings_.learning_rate +
         (settings_.min_learning_rate - settings_.learning_rate) * done;
}

template <typename Rows>
SkipGram::Sums SkipGram::TrainTexts(Epoch& epoch,
                                    const SkipGramObserver& observer,
                                    const std::stop_token& stop) {
  SkipGramTextTrainer<Rows> trainer(inputs_, outputs_,
                                    static_cast<std::size_t>(settings_.window),
                                    negatives_, keep_, kernel_);
  auto last_report = clock_.SteadyNow();
  while (!stop.stop_requested()) {
    const std::size_t position = epoch.next.fetch_add(1);
    if (position >= epoch.order.size()) break;
    const std::size_t index = epoch.order[position];
    const double rate =
        LearningRate(epoch.number, epoch.tokens_before[position]);
    trainer.Train(
        corpus_.text(index),
        {.seed = DeriveSeed(
             settings_.seed,
             {kTextStream, static_cast<std::uint64_t>(epoch.number), index}),
         .learning_rate = static_cast<float>(rate),
         .window = static_cast<std::uint32_t>(settings_.window),
         .negative = static_cast<int>(settings_.negative)});
    const auto length = static_cast<std::int64_t>(corpus_.text(index).size());
    const std::int64_t done = epoch.tokens.fetch_add(length) + length;
    if (!observer) continue;
    const auto now = clock_.SteadyNow();
    if (now - last_report < kReportPeriod) continue;
    last_report = now;
    observer({.epoch = epoch.number,
              .texts = static_cast<std::int64_t>(position) + 1,
              .mean_loss =
                  trainer.pairs() > 0 ? trainer.loss() / trainer.pairs() : 0,
              .learning_rate = rate,
              .tokens = done});
  }
  return {.loss = trainer.loss(), .pairs = trainer.pairs()};
}

SkipGram::Sums SkipGram::TrainInThreads(Epoch& epoch,
                                        const SkipGramObserver& observer,
                                        const std::stop_token& stop) {
  std::vector<Sums> sums(static_cast<std::size_t>(threads_));
  {
    std::vector<std::jthread> others;  // joined when they go
    for (std::size_t t = 1; t < sums.size(); ++t) {
      others.emplace_back([this, &epoch, &stop, &sum = sums[t]] {
        sum = TrainTexts<SharedRows>(epoch, nullptr, stop);
      });
    }
    sums[0] = TrainTexts<SharedRows>(epoch, observer, stop);
  }
  Sums all;
  for (const Sums& sum : sums) {
    all.loss += sum.loss;
    all.pairs += sum.pairs;
  }
  return all;
}

absl::StatusOr<SkipGramEpoch> SkipGram::TrainEpoch(
    std::int64_t epoch, const SkipGramObserver& observer,
    const std::stop_token& stop) {
  const auto begin = clock_.SteadyNow();
  Epoch shared;
  shared.number = epoch;
  shared.order = RandomPermutation(
      corpus_.texts(),
      DeriveSeed(settings_.seed,
                 {kOrderStream, static_cast<std::uint64_t>(epoch)}));
  shared.tokens_before.reserve(shared.order.size() + 1);
  shared.tokens_before.push_back(0);
  for (const std::size_t text : shared.order) {
    shared.tokens_before.push_back(
        shared.tokens_before.back() +
        static_cast<std::int64_t>(corpus_.text(text).size()));
  }
  const Sums sums = threads_ == 1
                        ? TrainTexts<DirectRows>(shared, observer, stop)
                        : TrainInThreads(shared, observer, stop);
  if (stop.stop_requested()) return Stopped();
  if (sums.pairs == 0) return NoPairs(epoch, settings_.sample);
  if (!std::isfinite(sums.loss)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the loss of epoch ", epoch,
                     " is no number; a smaller learning_rate than ",
                     settings_.learning_rate, " may help"));
  }
  return SkipGramEpoch{
      .epoch = epoch,
      .loss = sums.loss / static_cast<double>(sums.pairs),
      .learning_rate =
          LearningRate(epoch, shared.tokens_before[shared.order.size() - 1]),
      .tokens = corpus_.tokens(),
      .pairs = sums.pairs,
      .seconds =
          std::chrono::duration<double>(clock_.SteadyNow() - begin).count()};
}

}  // namespace carousel
