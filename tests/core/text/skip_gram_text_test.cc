#include "core/text/skip_gram_text.h"

#include <vector>

#include "gtest/gtest.h"

namespace carousel {
namespace {

constexpr std::size_t kWords = 30;
constexpr std::size_t kWindow = 3;

// Rows that differ, and what a trainer needs beside them.
struct Model {
  Model() : inputs(kWords, 20), outputs(kWords, 20), keep(kWords, 1) {
    SplitMix64 random(5);
    for (RowMatrix* matrix : {&inputs, &outputs}) {
      for (std::size_t row = 0; row < kWords; ++row) {
        for (std::size_t d = 0; d < 20; ++d) {
          matrix->Row(row)[d] = random.Uniform() - 0.5F;
        }
      }
    }
    keep[0] = 0.5;
  }

  // Texts of all lengths up to some windows, with words that come again.
  template <typename Rows>
  void Train() {
    const NegativeSampler negatives(std::vector<std::int64_t>(kWords, 1));
    SkipGramTextTrainer<Rows> trainer(inputs, outputs, kWindow, negatives, keep,
                                      SkipGramKernels().front().run);
    SplitMix64 random(6);
    for (std::size_t length = 0; length < 40; ++length) {
      std::vector<WordIndex> text;
      for (std::size_t i = 0; i < length; ++i) {
        text.push_back(static_cast<WordIndex>(random.Below(length % 7 + 1)));
      }
      trainer.Train(text, {.seed = length,
                           .learning_rate = 0.1F,
                           .window = kWindow,
                           .negative = 4});
    }
    loss = trainer.loss();
    pairs = trainer.pairs();
  }

  RowMatrix inputs, outputs;
  std::vector<float> keep;
  double loss = 0;
  std::int64_t pairs = 0;
};

TEST(SkipGramTextTest, CopiesOfRowsGiveWhatTheRowsThemselvesGive) {
  Model direct, shared, untrained;
  direct.Train<DirectRows>();
  shared.Train<SharedRows>();
  EXPECT_NE(direct.inputs.Values(), untrained.inputs.Values());
  EXPECT_EQ(shared.inputs.Values(), direct.inputs.Values());
  EXPECT_EQ(shared.outputs.Values(), direct.outputs.Values());
  EXPECT_EQ(shared.loss, direct.loss);
  EXPECT_EQ(shared.pairs, direct.pairs);
}

TEST(SkipGramTextTest, TextsOfFewerThanTwoWordsHaveNoPairs) {
  Model model, untrained;
  const NegativeSampler negatives(std::vector<std::int64_t>(kWords, 1));
  SkipGramTextTrainer<DirectRows> trainer(model.inputs, model.outputs, kWindow,
                                          negatives, model.keep,
                                          SkipGramKernels().front().run);
  for (const std::vector<WordIndex>& text :
       {std::vector<WordIndex>{}, std::vector<WordIndex>{3}}) {
    trainer.Train(text, {.learning_rate = 0.1F, .window = 3, .negative = 4});
  }
  EXPECT_EQ(trainer.pairs(), 0);
  EXPECT_EQ(trainer.loss(), 0);
  EXPECT_EQ(model.inputs.Values(), untrained.inputs.Values());
}

}  // namespace
}  // namespace carousel
