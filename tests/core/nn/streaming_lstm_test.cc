#include "core/nn/streaming_lstm.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <cstdint>
#include <random>
#include <span>
#include <tuple>
#include <vector>

#include "core/base/random.h"
#include "gtest/gtest.h"
#include "tests/core/nn/small_model.h"

namespace carousel {
namespace {

std::vector<TokenId> RandomTokens(std::mt19937_64& generator, int count) {
  std::vector<TokenId> tokens;
  for (int i = 0; i < count; ++i) {
    tokens.push_back(static_cast<TokenId>(
        1 + UniformBelow(generator, kSmallVocabulary - 1)));
  }
  return tokens;
}

double ForwardLogit(const SentimentLstm& model, std::span<const TokenId> text) {
  const std::vector<std::int64_t> tokens(text.begin(), text.end());
  return model
      .Forward(MakeBatchOf({tokens}, static_cast<std::int64_t>(tokens.size())))
      .item<double>();
}

class StreamingLstmTest
    : public testing::TestWithParam<std::tuple<Engine, Pooling>> {
 protected:
  SentimentLstm MakeModel() const {
    const auto& [engine, pooling] = GetParam();
    return MakeSmallModel(SmallConfig(pooling, /*bidirectional=*/false, 2),
                          engine);
  }
};

TEST_P(StreamingLstmTest, AnswersEveryBeginningAsTheWholeModelDoes) {
  const SentimentLstm model = MakeModel();
  const c10::InferenceMode inference;
  const StreamingLstm streaming(model);
  std::mt19937_64 generator(1);
  const std::vector<TokenId> text = RandomTokens(generator, 40);
  StreamState state = streaming.Begin();
  for (std::size_t i = 0; i < text.size(); ++i) {
    streaming.Advance({&text[i], 1}, state);
    EXPECT_NEAR(streaming.Logit(state).item<double>(),
                ForwardLogit(model, std::span(text).first(i + 1)), 1e-6)
        << i;
  }
}

TEST_P(StreamingLstmTest, PiecesAndPausesChangeNothing) {
  const SentimentLstm model = MakeModel();
  const c10::InferenceMode inference;
  const StreamingLstm streaming(model);
  std::mt19937_64 generator(2);
  const std::vector<TokenId> text = RandomTokens(generator, 3000);
  StreamState state = streaming.Begin();
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t size =
        std::min(text.size() - begin, UniformBelow(generator, 200));
    streaming.Advance({&text[begin], size}, state);
    begin += size;
  }
  EXPECT_EQ(state.tokens, 3000);
  EXPECT_NEAR(streaming.Logit(state).item<double>(), ForwardLogit(model, text),
              1e-6);
}

TEST_P(StreamingLstmTest, ACopyGoesItsOwnWay) {
  const SentimentLstm model = MakeModel();
  const c10::InferenceMode inference;
  const StreamingLstm streaming(model);
  const std::vector<TokenId> text = {3, 4, 5};
  StreamState state = streaming.Begin();
  streaming.Advance(text, state);
  const double before = streaming.Logit(state).item<double>();
  StreamState copy = state;
  streaming.Advance(text, copy);
  EXPECT_EQ(streaming.Logit(state).item<double>(), before);
  EXPECT_NE(streaming.Logit(copy).item<double>(), before);
}

INSTANTIATE_TEST_SUITE_P(
    EnginesAndPoolings, StreamingLstmTest,
    testing::Combine(testing::Values(Engine::kReference, Engine::kLibtorch,
                                     Engine::kFused),
                     testing::Values(Pooling::kLast, Pooling::kMax,
                                     Pooling::kMean, Pooling::kConcat)),
    [](const auto& test) {
      return std::string(ToString(std::get<0>(test.param))) + "_" +
             std::string(ToString(std::get<1>(test.param)));
    });

}  // namespace
}  // namespace carousel
