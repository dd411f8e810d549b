// The loop with slots against the formulas, text by text, in double precision.
#include "core/engine/reading_loop.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/engine/bf16.h"
#include "core/engine/growing_text.h"
#include "core/nn/model_config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;

constexpr std::int64_t kNoFolding = 0;
constexpr std::int64_t kFoldAll = std::numeric_limits<std::int64_t>::max();

void OnThreads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
}

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// A model with random weights, and what it answers by the book.
class PlainNetwork {
 public:
  explicit PlainNetwork(const ModelConfig& config,
                        Precision precision = Precision::kF32)
      : config_(config),
        precision_(precision),
        embedding_(Random(config.vocabulary_size * config.embedding_size, 1)),
        head_(Random(config.pooled_size(), 0.5F)) {
    std::int64_t inputs = config.embedding_size;
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
      std::vector<Cell>& cells = layers_.emplace_back();
      for (std::int64_t d = 0; d < config.directions(); ++d) {
        cells.push_back({Random(4 * hidden() * (hidden() + inputs), 0.4F),
                         Random(4 * hidden(), 0.4F)});
      }
      inputs = config.directions() * hidden();
    }
  }

  NetworkWeights weights() const {
    NetworkWeights weights{.embedding = embedding_.data(),
                           .layers = {},
                           .head = head_.data(),
                           .head_bias = 0.25F};
    for (const std::vector<Cell>& cells : layers_) {
      std::vector<CellWeights>& packed = weights.layers.emplace_back();
      for (const Cell& cell : cells) {
        packed.push_back({cell.weight.data(), cell.bias.data()});
      }
    }
    return weights;
  }

  double Logit(const std::vector<TokenId>& tokens) const {
    Sequence sequence;
    for (const TokenId token : tokens) {
      const float* const row =
          embedding_.data() + token * config_.embedding_size;
      sequence.emplace_back(row, row + config_.embedding_size);
    }
    std::vector<double> last;
    for (const std::vector<Cell>& cells : layers_) {
      sequence = RunLayer(cells, sequence, last);
    }
    double logit = 0.25;
    const float* weight = head_.data();
    for (const double pooled : Pool(sequence, last))
      logit += pooled * *weight++;
    return logit;
  }

 private:
  using Sequence = std::vector<std::vector<double>>;
  struct Cell {
    std::vector<float> weight;
    std::vector<float> bias;
  };

  std::int64_t hidden() const { return config_.hidden_size; }

  std::vector<float> Random(std::int64_t count, float spread) {
    std::normal_distribution<float> normal(0, spread);
    std::vector<float> floats(count);
    for (float& value : floats) value = normal(random_);
    return floats;
  }

  Sequence RunLayer(const std::vector<Cell>& cells, const Sequence& inputs,
                    std::vector<double>& last) const {
    Sequence outputs(inputs.size());
    last.clear();
    for (std::size_t d = 0; d < cells.size(); ++d) {
      std::vector<double> h(hidden()), c(hidden());
      for (std::size_t step = 0; step < inputs.size(); ++step) {
        const std::size_t at = d == 0 ? step : inputs.size() - 1 - step;
        RunCell(cells[d], inputs[at], h, c);
        if (d == 0) {
          outputs[at] = h;
        } else {
          outputs[at].insert(outputs[at].end(), h.begin(), h.end());
        }
      }
      last.insert(last.end(), h.begin(), h.end());
    }
    return outputs;
  }

  void RunCell(const Cell& cell, const std::vector<double>& x,
               std::vector<double>& h, std::vector<double>& c) const {
    std::vector<double> inputs = h;
    inputs.insert(inputs.end(), x.begin(), x.end());
    std::vector<double> maps;
    const float* weight = cell.weight.data();
    for (const float bias : cell.bias) {
      double sum = bias;
      for (const double input : inputs) {
        sum += Factor(static_cast<float>(input)) * Factor(*weight++);
      }
      maps.push_back(sum);
    }
    for (std::int64_t j = 0; j < hidden(); ++j) {
      c[j] = Sigmoid(maps[j]) * c[j] +
             Sigmoid(maps[hidden() + j]) * std::tanh(maps[2 * hidden() + j]);
      h[j] = Sigmoid(maps[3 * hidden() + j]) * std::tanh(c[j]);
    }
  }

  // Of a product, as the precision has it.
  double Factor(float x) const {
    return precision_ == Precision::kBf16 ? RoundToBf16(x) : x;
  }

  std::vector<double> Pool(const Sequence& outputs,
                           const std::vector<double>& last) const {
    std::vector<double> max = outputs.front();
    std::vector<double> mean(max.size());
    for (const std::vector<double>& h : outputs) {
      for (std::size_t j = 0; j < h.size(); ++j) {
        max[j] = std::max(max[j], h[j]);
        mean[j] += h[j] / static_cast<double>(outputs.size());
      }
    }
    if (config_.pooling == Pooling::kLast) return last;
    if (config_.pooling == Pooling::kMax) return max;
    if (config_.pooling == Pooling::kMean) return mean;
    max.insert(max.end(), mean.begin(), mean.end());
    max.insert(max.end(), last.begin(), last.end());
    return max;
  }

  const ModelConfig config_;
  const Precision precision_;
  std::mt19937 random_{9};
  const std::vector<float> embedding_;
  const std::vector<float> head_;
  std::vector<std::vector<Cell>> layers_;
};

constexpr std::int64_t kWords = 40;

ModelConfig Config(std::int64_t hidden, std::int64_t layers, bool bidirectional,
                   Pooling pooling) {
  return {.text = {},
          .vocabulary_size = kWords,
          .embedding_size = 6,
          .hidden_size = hidden,
          .layers = layers,
          .bidirectional = bidirectional,
          .pooling = pooling};
}

std::vector<EncodedText> RandomTexts(std::size_t count, int longest) {
  std::mt19937 random(3);
  std::vector<EncodedText> texts(count);
  for (EncodedText& text : texts) {
    text.tokens.resize(
        std::uniform_int_distribution<std::size_t>(1, longest)(random));
    for (TokenId& token : text.tokens) {
      token = std::uniform_int_distribution<TokenId>(0, kWords - 1)(random);
    }
  }
  return texts;
}

class ReadTextsTest : public testing::TestWithParam<ModelConfig> {
 protected:
  PackedNetwork Pack(std::int64_t folded_bytes = kFoldAll,
                     Precision precision = Precision::kF32) const {
    return PackNetwork(
        GetParam(), plain_.weights(),
        {.max_folded_bytes = folded_bytes, .precision = precision}, OnThreads);
  }

  const PlainNetwork plain_{GetParam()};
};

TEST_P(ReadTextsTest, AnswersByTheBook) {
  const auto texts = RandomTexts(11, 19);
  const PackedNetwork network = Pack();
  const std::vector<double> logits = ReadTexts(network, texts, 1, OnThreads);
  ASSERT_EQ(logits.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_NEAR(logits[i], plain_.Logit(texts[i].tokens), 1e-5) << i;
  }
}

TEST_P(ReadTextsTest, InBf16NothingButTheFactorsIsRounded) {
  const auto texts = RandomTexts(11, 19);
  const PackedNetwork network = Pack(kFoldAll, Precision::kBf16);
  EXPECT_LT(network.bytes, Pack().bytes);
  const PlainNetwork rounded(GetParam(), Precision::kBf16);
  const std::vector<double> logits = ReadTexts(network, texts, 1, OnThreads);
  double error = 0;
  double of_f32 = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    error =
        std::max(error, std::abs(logits[i] - rounded.Logit(texts[i].tokens)));
    of_f32 =
        std::max(of_f32, std::abs(logits[i] - plain_.Logit(texts[i].tokens)));
  }
  // Where an output is at the middle of two numbers, the last bit of a sum
  // decides which one it becomes.
  EXPECT_LT(error, of_f32 / 2);
  EXPECT_LT(of_f32, 0.1);
}

TEST_P(ReadTextsTest, AnAnswerIsTheSameToTheBitWhateverIsReadBesideIt) {
  const auto texts = RandomTexts(23, 31);
  for (const Precision precision : {Precision::kF32, Precision::kBf16}) {
    const PackedNetwork network = Pack(kFoldAll, precision);
    std::vector<double> alone;
    for (const EncodedText& text : texts) {
      alone.push_back(ReadTexts(network, {&text, 1}, 1, OnThreads).front());
    }
    for (const int threads : {1, 2, 5}) {
      EXPECT_EQ(ReadTexts(network, texts, threads, OnThreads), alone)
          << threads << " threads, " << ToString(precision);
    }
  }
}

TEST_P(ReadTextsTest, AnAnswerIsTheSameToTheBitWhateverWordsAreFolded) {
  const auto texts = RandomTexts(7, 25);
  const PackedNetwork all = Pack();
  EXPECT_EQ(all.folded_words, kWords);
  const std::int64_t word_bytes =
      all.gate_row() * all.directions() * std::int64_t{sizeof(float)};
  const auto expected = ReadTexts(all, texts, 1, OnThreads);
  for (const std::int64_t words : {kNoFolding, kWords / 2}) {
    const PackedNetwork some = Pack(words * word_bytes + word_bytes / 2);
    EXPECT_EQ(some.folded_words, words);
    EXPECT_EQ(all.bytes - some.bytes, (kWords - words) * word_bytes);
    EXPECT_EQ(ReadTexts(some, texts, 1, OnThreads), expected) << words;
  }
}

class GrowingTextTest : public ReadTextsTest {};

TEST_P(GrowingTextTest, ATextInPiecesIsAnsweredAsAWholeOne) {
  const EncodedText text = RandomTexts(1, 200).front();
  const std::span<const TokenId> tokens = text.tokens;
  for (const std::int64_t folded_bytes : {kFoldAll, kNoFolding}) {
    const PackedNetwork network = Pack(folded_bytes);
    GrowingText growing(network);
    for (std::size_t begin = 0, size = 1; begin < tokens.size(); ++size) {
      const std::size_t end = std::min(tokens.size(), begin + size);
      growing.Read(tokens.subspan(begin, end - begin));
      EncodedText so_far;
      so_far.tokens.assign(tokens.begin(), tokens.begin() + end);
      EXPECT_NEAR(growing.Logit(),
                  ReadTexts(network, {&so_far, 1}, 1, OnThreads).front(), 1e-6)
          << end;
      begin = end;
    }
  }
}

std::string ShapeName(const testing::TestParamInfo<ModelConfig>& info) {
  const ModelConfig& config = info.param;
  return "hidden" + std::to_string(config.hidden_size) + "_layers" +
         std::to_string(config.layers) +
         (config.bidirectional ? "_both_" : "_") +
         std::string(ToString(config.pooling));
}

const ModelConfig kOneDirection[] = {Config(3, 1, false, Pooling::kLast),
                                     Config(32, 1, false, Pooling::kConcat),
                                     Config(16, 3, false, Pooling::kMean)};
const ModelConfig kBothDirections[] = {Config(33, 1, true, Pooling::kConcat),
                                       Config(20, 1, true, Pooling::kMax),
                                       Config(10, 2, true, Pooling::kConcat)};
INSTANTIATE_TEST_SUITE_P(OneDirection, ReadTextsTest,
                         testing::ValuesIn(kOneDirection), ShapeName);
INSTANTIATE_TEST_SUITE_P(BothDirections, ReadTextsTest,
                         testing::ValuesIn(kBothDirections), ShapeName);
INSTANTIATE_TEST_SUITE_P(OneDirection, GrowingTextTest,
                         testing::ValuesIn(kOneDirection), ShapeName);

TEST(CrewTest, AnAnswerIsTheSameToTheBitWhoeverMakesItsSteps) {
  // Large enough to be shared (layer_slots.cc).
  const ModelConfig config = Config(130, 2, true, Pooling::kConcat);
  const PlainNetwork plain(config);
  const auto texts = RandomTexts(5, 40);
  StepCrew crew(3);
  for (const Precision precision : {Precision::kF32, Precision::kBf16}) {
    const PackedNetwork network = PackNetwork(
        config, plain.weights(), {.precision = precision}, OnThreads);
    for (const EncodedText& text : texts) {
      EXPECT_EQ(ReadTexts(network, {&text, 1}, 3, OnThreads, &crew),
                ReadTexts(network, {&text, 1}, 1, OnThreads));
    }
  }
}

TEST(NoTextsTest, HaveNoAnswers) {
  const PlainNetwork plain(Config(4, 1, false, Pooling::kLast));
  const PackedNetwork network = PackNetwork(Config(4, 1, false, Pooling::kLast),
                                            plain.weights(), {}, OnThreads);
  EXPECT_THAT(ReadTexts(network, {}, 2, OnThreads), ElementsAre());
}

// Gives its rows as a test says, and writes down what happens.
class ScriptedSource final : public RowSource {
 public:
  explicit ScriptedSource(std::deque<std::optional<std::size_t>> lengths)
      : lengths_(std::move(lengths)), tokens_(100, TokenId{1}) {}

  std::optional<Row> Next(bool idle) override {
    if (lengths_.empty()) return std::nullopt;
    const std::optional<std::size_t> length = lengths_.front();
    lengths_.pop_front();
    log_ += idle ? "idle" : "busy";
    if (!length.has_value()) {
      log_ += "- ";
      return std::nullopt;
    }
    log_ += std::to_string(*length) + " ";
    return Row{.id = *length, .tokens = {tokens_.data(), *length}};
  }
  void Answer(const Row& row, double) override {
    log_ += "=" + std::to_string(row.id) + " ";
  }

  const std::string& log() const { return log_; }

 private:
  std::deque<std::optional<std::size_t>> lengths_;
  const std::vector<TokenId> tokens_;
  std::string log_;
};

class ReadRowsTest : public testing::Test {
 protected:
  std::string Read(std::int64_t slots,
                   std::deque<std::optional<std::size_t>> lengths) const {
    ScriptedSource source(std::move(lengths));
    ReadRows(network_, slots, source);
    return source.log();
  }

  const ModelConfig config_ = Config(5, 1, true, Pooling::kLast);
  const PlainNetwork plain_{config_};
  const PackedNetwork network_ = PackNetwork(
      config_, plain_.weights(), {.max_folded_bytes = kFoldAll}, OnThreads);
};

TEST_F(ReadRowsTest, ATextThatEndsIsAnsweredAtOnceAndItsSlotIsTakenAgain) {
  EXPECT_EQ(Read(2, {4, 1, 2, 9, 1}),
            "idle4 busy1 =1 busy2 =2 busy9 =4 busy1 =1 =9 ");
}

TEST_F(ReadRowsTest, AsksAgainAtEachStepWhileSlotsAreFree) {
  EXPECT_EQ(Read(3, {3, std::nullopt, 1, std::nullopt}),
            "idle3 busy- busy1 busy- =1 =3 ");
}

TEST_F(ReadRowsTest, EndsWhenAnIdleLoopGetsNothing) {
  EXPECT_EQ(Read(1, {2, std::nullopt, 7}), "idle2 =2 idle- ");
}

}  // namespace
}  // namespace carousel
