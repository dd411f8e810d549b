// One step of skip-gram training with negative sampling, as fast as the
// processor allows: the same few lines for AVX-512, AVX2 and whatever else
// there is, chosen when the program runs.
#ifndef CAROUSEL_CORE_TEXT_SKIP_GRAM_KERNEL_H_
#define CAROUSEL_CORE_TEXT_SKIP_GRAM_KERNEL_H_

#include <string_view>
#include <vector>

namespace carousel {

// A row has a multiple of this many numbers, the last ones 0, and begins at a
// cache line.
inline constexpr int kSkipGramLanes = 16;
// The predicted word and the negatives.
inline constexpr int kMaxSkipGramOutputs = 32;
// Beyond this a score counts as this: the sigmoid is within 0.0004 of 0 or 1.
inline constexpr float kMaxSkipGramScore = 8;

// One pair of words with its negatives. outputs[0] is the row of the predicted
// word, the others are those of the negatives, `count` in all.
struct SkipGramStep {
  float* input = nullptr;
  float* const* outputs = nullptr;
  int count = 0;
  int stride = 0;  // numbers a row, see kSkipGramLanes
  float learning_rate = 0;
};

// Descends -log(sigmoid(input . outputs[0])) - sum(log(sigmoid(-input .
// outputs[j]))), the loss of Mikolov et al. 2013, equation 4: all gradients
// are those at the rows as they came. Returns exp(-loss), a product of
// probabilities, of which a caller takes the logarithm now and then.
using SkipGramKernel = double (*)(const SkipGramStep& step);

struct NamedSkipGramKernel {
  std::string_view name;  // "avx512", "avx2", "baseline"
  SkipGramKernel run;
};
// What this processor can run, the fastest first.
std::vector<NamedSkipGramKernel> SkipGramKernels();

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_SKIP_GRAM_KERNEL_H_
