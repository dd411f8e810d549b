// How one thread trains one text after another.
#ifndef CAROUSEL_CORE_TEXT_SKIP_GRAM_TEXT_H_
#define CAROUSEL_CORE_TEXT_SKIP_GRAM_TEXT_H_

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/split_mix64.h"
#include "core/text/negative_sampler.h"
#include "core/text/row_matrix.h"
#include "core/text/skip_gram_corpus.h"
#include "core/text/skip_gram_kernel.h"
#include "core/text/skip_gram_shared_rows.h"

namespace carousel {

// The rows as the only thread reaches them: where they are.
class DirectRows {
 public:
  DirectRows(RowMatrix& inputs, RowMatrix& outputs, std::size_t)
      : inputs_(inputs), outputs_(outputs) {}

  void BeginText(std::span<const WordIndex> text) { text_ = text; }
  void MoveTo(std::size_t) {}
  void EndText() {}
  float* input(std::size_t position) { return inputs_.Row(text_[position]); }

  void TakeOutputs(std::span<const WordIndex> words) {
    for (std::size_t j = 0; j < words.size(); ++j) {
      taken_[j] = outputs_.Row(words[j]);
    }
  }
  void GiveOutputsBack(std::span<const WordIndex>) {}
  float* const* outputs() const { return taken_.data(); }

 private:
  RowMatrix& inputs_;
  RowMatrix& outputs_;
  std::span<const WordIndex> text_;
  std::array<float*, kMaxSkipGramOutputs> taken_ = {};
};

// Where in training a text is.
struct SkipGramPass {
  std::uint64_t seed = 0;  // of all that is drawn for this text
  float learning_rate = 0;
  std::uint32_t window = 0;
  int negative = 0;
};

// Not thread-safe; what it is given is not owned.
template <typename Rows>
class SkipGramTextTrainer {
 public:
  SkipGramTextTrainer(RowMatrix& inputs, RowMatrix& outputs, std::size_t window,
                      const NegativeSampler& negatives,
                      const std::vector<float>& keep, SkipGramKernel kernel)
      : rows_(inputs, outputs, window),
        negatives_(negatives),
        keep_(keep),
        kernel_(kernel),
        stride_(static_cast<int>(inputs.stride())) {}

  void Train(std::span<const WordIndex> text, const SkipGramPass& pass) {
    SplitMix64 random(pass.seed);
    kept_.clear();
    for (const WordIndex word : text) {
      if (keep_[word] >= 1 || random.Uniform() < keep_[word]) {
        kept_.push_back(word);
      }
    }
    rows_.BeginText(kept_);
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      rows_.MoveTo(i);
      const std::size_t reach = 1 + random.Below(pass.window);
      const std::size_t begin = i > reach ? i - reach : 0;
      const std::size_t end = std::min(i + reach + 1, kept_.size());
      if (end - begin < 2) continue;
      TrainWindow(i, begin, end, pass, random);
    }
    rows_.EndText();
  }

  // Of all pairs so far.
  double loss() const { return loss_ - std::log(likelihood_); }
  std::int64_t pairs() const { return pairs_; }

 private:
  // The word and its negatives. One that is the word itself, or is drawn
  // twice, is left out, as word2vec.c leaves out the first.
  std::size_t DrawOutputs(WordIndex word, int negative, SplitMix64& random) {
    std::size_t count = 1;
    words_[0] = word;
    for (int k = 0; k < negative; ++k) {
      const WordIndex drawn = negatives_.Draw(random);
      const auto end = words_.begin() + count;
      if (std::find(words_.begin(), end, drawn) == end) words_[count++] = drawn;
    }
    return count;
  }

  // The word at i with those from begin to end.
  void TrainWindow(std::size_t i, std::size_t begin, std::size_t end,
                   const SkipGramPass& pass, SplitMix64& random) {
    const std::size_t count = DrawOutputs(kept_[i], pass.negative, random);
    const std::span<const WordIndex> words(words_.data(), count);
    rows_.TakeOutputs(words);
    SkipGramStep step = {.outputs = rows_.outputs(),
                         .count = static_cast<int>(count),
                         .stride = stride_,
                         .learning_rate = pass.learning_rate};
    for (std::size_t c = begin; c < end; ++c) {
      if (c == i) continue;
      step.input = rows_.input(c);
      likelihood_ *= kernel_(step);
    }
    rows_.GiveOutputsBack(words);
    pairs_ += static_cast<std::int64_t>(end - begin - 1);
    // A logarithm a window would be a tenth of the time. A step's likelihood
    // is above exp(-8 * 32), which a double holds even times this.
    constexpr double kSmall = 1e-150;
    if (likelihood_ < kSmall) {
      loss_ -= std::log(likelihood_);
      likelihood_ = 1;
    }
  }

  Rows rows_;
  const NegativeSampler& negatives_;
  const std::vector<float>& keep_;
  const SkipGramKernel kernel_;
  const int stride_;
  std::vector<WordIndex> kept_;
  std::array<WordIndex, kMaxSkipGramOutputs> words_ = {};
  double loss_ = 0;
  double likelihood_ = 1;
  std::int64_t pairs_ = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_SKIP_GRAM_TEXT_H_
