#include "core/serve/torch_live_model.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <future>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/random.h"
#include "core/nn/model_folder.h"
#include "core/nn/sentiment_lstm.h"
#include "core/serve/predictor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/store/store_fixture.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using enum absl::StatusCode;

// What a probability may differ by for standing in another batch.
constexpr double kBatchTolerance = 1e-6;
constexpr int kWords = 60;

Vocabulary MakeVocabulary() {
  WordCounts counts;
  for (int i = 0; i < kWords; ++i) counts.Add(absl::StrCat("w", i), kWords - i);
  return Vocabulary::Build(counts, 1, kWords + 2);
}

ModelConfig MakeConfig(Pooling pooling, bool bidirectional) {
  return {.max_tokens = 50,
          .vocabulary_size = kWords + 2,
          .embedding_size = 7,
          .hidden_size = 9,
          .layers = 2,
          .bidirectional = bidirectional,
          .pooling = pooling};
}

// Weights large enough that answers differ widely.
std::unique_ptr<SentimentLstm> MakeNetwork(const ModelConfig& config) {
  at::manual_seed(11);
  return std::make_unique<SentimentLstm>(
      config, 2 * at::randn({config.vocabulary_size, config.embedding_size}),
      /*forget_bias=*/1, GetKernel(Engine::kReference));
}

// From 1 to 70 words, so that some are cut.
std::vector<std::string> RandomTexts(int count) {
  std::mt19937_64 random(5);
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) {
    std::string text;
    for (std::uint64_t left = 1 + UniformBelow(random, 70); left > 0; --left) {
      absl::StrAppend(&text, "w", UniformBelow(random, kWords + 5), " ");
    }
    texts.push_back(text);
  }
  return texts;
}

class TorchLiveModelTest : public StoreTest {
 protected:
  // A thread a batch is enough, and does not depend on how busy the machine is.
  static void SetUpTestSuite() { SetTorchThreads(1); }

  absl::StatusOr<std::shared_ptr<const TorchLiveModel>> Load(
      Engine engine = Engine::kReference) {
    return LoadLiveModel("m", 3, path_, {.engine = engine});
  }
  void Save(const ModelConfig& config) {
    ASSERT_OK(CreateFolder(path_));
    ASSERT_OK(SaveModel(*MakeNetwork(config), MakeVocabulary(), path_));
  }

  const std::filesystem::path path_ = root_ / "model";
};

TEST_F(TorchLiveModelTest, GivesWhatWasSaved) {
  const ModelConfig config = MakeConfig(Pooling::kLast, false);
  Save(config);
  ASSERT_OK_AND_ASSIGN(const auto model, Load());
  EXPECT_EQ(model->name(), "m");
  EXPECT_EQ(model->version(), 3);
  EXPECT_EQ(model->config(), config);
  EXPECT_EQ(model->encoder().max_tokens(), 50u);
  EXPECT_EQ(model->encoder().vocabulary().size(), kWords + 2u);
  // Embedding; layer 0 and 1 of 4 gates on [h, x]; head. Four bytes each.
  EXPECT_EQ(model->bytes(), 4 * ((kWords + 2) * 7 + 4 * (9 * 16 + 9) +
                                 4 * (9 * 18 + 9) + 9 + 1));
}

TEST_F(TorchLiveModelTest, AnswersWithTheNetworksSigmoid) {
  const ModelConfig config = MakeConfig(Pooling::kConcat, true);
  Save(config);
  const auto network = MakeNetwork(config);
  const EncodedText text{.tokens = {5, 9, 2, 17}};
  const Batch batch = MakeBatch({&text, 1}, {}, std::vector<std::size_t>{0});
  const double logit = network->Forward(ToTensors(batch)).item<double>();
  for (const Engine engine :
       {Engine::kReference, Engine::kLibtorch, Engine::kFused}) {
    ASSERT_OK_AND_ASSIGN(const auto model, Load(engine));
    ASSERT_OK_AND_ASSIGN(const std::vector<double> answers,
                         model->Predict({&text, 1}));
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_NEAR(answers[0], 1 / (1 + std::exp(-logit)), 1e-6)
        << ToString(engine);
  }
}

TEST_F(TorchLiveModelTest, TheEnginesOwnFormOfTheWeightsCountsAsMemory) {
  Save(MakeConfig(Pooling::kLast, false));
  ASSERT_OK_AND_ASSIGN(const auto plain, Load());
  ASSERT_OK_AND_ASSIGN(const auto packed, Load(Engine::kFused));
  // At least every gate's number of every word, and the weights once more.
  EXPECT_GT(packed->bytes(), 2 * plain->bytes() + (kWords + 2) * 4 * 9 * 4);
}

TEST_F(TorchLiveModelTest, ReadsATextInPiecesAsItAnswersTheWhole) {
  ModelConfig config = MakeConfig(Pooling::kConcat, false);
  config.truncation = Truncation::kHead;
  Save(config);
  const EncodedText text{.tokens = {5, 9, 2, 17, 1, 33}};
  for (const Engine engine : {Engine::kReference, Engine::kFused}) {
    ASSERT_OK_AND_ASSIGN(const auto model, Load(engine));
    ASSERT_OK_AND_ASSIGN(const auto reader, model->BeginText());
    for (const TokenId& token : text.tokens)
      ASSERT_OK(reader->Read({&token, 1}));
    ASSERT_OK_AND_ASSIGN(const std::vector<double> whole,
                         model->Predict({&text, 1}));
    ASSERT_OK_AND_ASSIGN(const double in_pieces, reader->Answer());
    EXPECT_NEAR(in_pieces, whole[0], 1e-6) << ToString(engine);
  }
}

TEST_F(TorchLiveModelTest, AnswersNothingToNothing) {
  Save(MakeConfig(Pooling::kLast, false));
  ASSERT_OK_AND_ASSIGN(const auto model, Load());
  EXPECT_THAT(model->Predict({}), IsOkAndHolds(::testing::IsEmpty()));
}

TEST_F(TorchLiveModelTest, EmbeddingVectorsAreTheVocabularysWords) {
  const ModelConfig config = MakeConfig(Pooling::kLast, false);
  Save(config);
  ASSERT_OK_AND_ASSIGN(const auto model, Load());
  const WordVectors vectors = model->EmbeddingVectors();
  ASSERT_EQ(vectors.size(), static_cast<std::size_t>(kWords));
  EXPECT_EQ(vectors.dimension(), 7u);
  EXPECT_EQ(vectors.word(0), "w0");
  EXPECT_TRUE(vectors.Find("<unk>").empty());
  const at::Tensor embedding = MakeNetwork(config)->embedding();
  for (int word = 0; word < kWords; ++word) {
    const auto vector = vectors.Find(absl::StrCat("w", word));
    ASSERT_EQ(vector.size(), 7u);
    for (int i = 0; i < 7; ++i) {
      EXPECT_EQ(vector[i], embedding[word + 2][i].item<float>());
    }
  }
}

TEST_F(TorchLiveModelTest, NamesTheDamagedFile) {
  const ModelConfig config = MakeConfig(Pooling::kLast, false);
  for (const char* file : {kWeightsFile, kConfigFile, kVocabularyFile}) {
    SCOPED_TRACE(file);
    Save(config);
    ASSERT_OK_AND_ASSIGN(const std::string content, ReadFile(path_ / file));
    for (const std::string& damaged :
         {std::string(), content.substr(0, content.size() / 2),
          std::string("\x89PNG\r\n\x1a\n")}) {
      ASSERT_OK(WriteFileAtomically(path_ / file, damaged));
      EXPECT_THAT(Load(), StatusIs(kInvalidArgument, HasSubstr(file)));
    }
    std::filesystem::remove(path_ / file);
    EXPECT_THAT(Load(), StatusIs(kNotFound, HasSubstr(file)));
  }
}

TEST_F(TorchLiveModelTest, RefusesWeightsThatGiveNoProbability) {
  const ModelConfig config = MakeConfig(Pooling::kLast, false);
  Save(config);
  // Finite, as the file must be; but each unit of h is about 1, and the sum of
  // nine times the largest float is infinite in whichever order it is taken.
  const auto network = MakeNetwork(config);
  for (const NamedParameter& parameter : network->parameters()) {
    const at::Tensor value = parameter.tensor.detach();
    if (parameter.name == "head.weight") {
      value.fill_(std::numeric_limits<float>::max());
    } else if (parameter.name.starts_with("layers.")) {
      value.fill_(value.dim() == 1 ? 10 : 0);  // biases alone open the gates
    }
  }
  ASSERT_OK(SaveModel(*network, MakeVocabulary(), path_));
  for (const Engine engine : {Engine::kReference, Engine::kFused}) {
    EXPECT_THAT(Load(engine),
                StatusIs(kFailedPrecondition,
                         AllOf(HasSubstr("warm-up"), HasSubstr("in [0, 1]"))));
  }
}

TEST_F(TorchLiveModelTest, SaysWhichDeviceIsNotThere) {
  Save(MakeConfig(Pooling::kLast, false));
  EXPECT_THAT(LoadLiveModel("m", 3, path_, {.device = "cuda:99"}),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("cuda:99")));
}

struct Architecture {
  Engine engine;
  Pooling pooling;
  bool bidirectional;
};

class BatchInvarianceTest : public TorchLiveModelTest,
                            public ::testing::WithParamInterface<Architecture> {
};

TEST_P(BatchInvarianceTest, ATextHasOneProbabilityAloneAndInAnyCompany) {
  Save(MakeConfig(GetParam().pooling, GetParam().bidirectional));
  ASSERT_OK_AND_ASSIGN(auto model, Load(GetParam().engine));
  const std::vector<std::string> texts = RandomTexts(60);
  std::vector<double> alone;
  for (const std::string& text : texts) {
    ASSERT_OK_AND_ASSIGN(const EncodedText encoded,
                         model->encoder().Encode(text));
    ASSERT_OK_AND_ASSIGN(const std::vector<double> answer,
                         model->Predict({&encoded, 1}));
    alone.push_back(answer[0]);
  }
  const auto [lowest, highest] =
      std::minmax_element(alone.begin(), alone.end());
  ASSERT_GT(*highest - *lowest, 1000 * kBatchTolerance)
      << "answers must differ to prove a thing";

  ModelRegistry registry(
      *models_, [&](auto&&...) { return model; }, nullptr);
  ASSERT_OK(registry.Publish({.model = "m", .job = "job-1"},
                             Content("weights", "w"), false));
  ThreadPool executor(2);
  PredictRequest request{.texts = texts};
  request.model.name = "m";
  for (const std::size_t rows : {1, 7, 64}) {
    Predictor predictor({.threads = 2, .queue = {.batch = {.rows = rows}}},
                        registry, {executor, executor}, Clock::Real(), nullptr);
    std::promise<absl::StatusOr<PredictReply>> reply;
    predictor.Predict(request,
                      [&](auto result) { reply.set_value(std::move(result)); });
    ASSERT_OK_AND_ASSIGN(const PredictReply together, reply.get_future().get());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      ASSERT_OK(together.results[i]);
      EXPECT_NEAR(together.results[i]->probability, alone[i], kBatchTolerance);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Architectures, BatchInvarianceTest,
    ::testing::Values(Architecture{Engine::kReference, Pooling::kLast, false},
                      Architecture{Engine::kReference, Pooling::kConcat, true},
                      Architecture{Engine::kReference, Pooling::kMean, false},
                      Architecture{Engine::kLibtorch, Pooling::kLast, true},
                      Architecture{Engine::kLibtorch, Pooling::kMax, false},
                      Architecture{Engine::kFused, Pooling::kConcat, true},
                      Architecture{Engine::kFused, Pooling::kMean, false}),
    [](const auto& info) {
      return absl::StrCat(std::string(ToString(info.param.engine)), "_",
                          std::string(ToString(info.param.pooling)),
                          info.param.bidirectional ? "_both" : "_forward");
    });

}  // namespace
}  // namespace carousel
