#include "core/nn/model_folder.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/files.h"
#include "core/engine/engine.h"
#include "core/nn/safetensors.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

using testing::HasSubstr;

Vocabulary FiveWords() {
  WordCounts counts;
  for (const char* word : {"good", "bad", "film", "plot", "actor"}) {
    counts.Add(word, 3);
  }
  return Vocabulary::Build(counts, 1, 100);
}

ModelConfig Config() {
  ModelConfig config;
  config.vocabulary_size = 7;
  config.embedding_size = 4;
  config.hidden_size = 3;
  config.bidirectional = true;
  config.pooling = Pooling::kConcat;
  config.label_names = {"neg", "pos"};
  return config;
}

class ModelFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    at::manual_seed(5);
    model_ = std::make_unique<SentimentLstm>(Config(), at::randn({7, 4}), 1,
                                             GetKernel(Engine::kReference));
    ASSERT_OK(SaveModel(*model_, FiveWords(), folder_.path()));
  }

  // Writes the weights again with one tensor changed.
  void RewriteWeights(
      const std::function<void(std::vector<NamedTensor>&)>& change) {
    ASSERT_OK_AND_ASSIGN(
        SafetensorsFile file,
        ParseSafetensors(*ReadFile(folder_.path() / kWeightsFile)));
    change(file.tensors);
    ASSERT_OK(WriteFileAtomically(folder_.path() / kWeightsFile,
                                  SerializeSafetensors(file)));
  }

  absl::Status LoadStatus() {
    return LoadModel(folder_.path(), GetKernel(Engine::kReference)).status();
  }

  TempDir folder_;
  std::unique_ptr<SentimentLstm> model_;
};

TEST_F(ModelFolderTest, GivesBackTheSameModel) {
  ASSERT_OK_AND_ASSIGN(
      const LoadedModel loaded,
      LoadModel(folder_.path(), GetKernel(Engine::kReference)));
  EXPECT_EQ(loaded.config, Config());
  EXPECT_EQ(loaded.vocabulary.Serialize(), FiveWords().Serialize());
  Batch batch{.rows = 1, .time = 3, .tokens = {2, 3, 4}, .lengths = {3}};
  EXPECT_TRUE(at::equal(loaded.model->Forward(ToTensors(batch)),
                        model_->Forward(ToTensors(batch))));
}

TEST_F(ModelFolderTest, NamesAMissingTensor) {
  RewriteWeights([](auto& tensors) {
    std::erase_if(tensors, [](const NamedTensor& tensor) {
      return tensor.name == "head.bias";
    });
  });
  EXPECT_THAT(LoadStatus(), StatusIs(absl::StatusCode::kInvalidArgument,
                                     HasSubstr("'head.bias' is missing")));
}

TEST_F(ModelFolderTest, RefusesATensorTooMany) {
  RewriteWeights([](auto& tensors) {
    tensors.push_back(tensors.back());
    tensors.back().name = "surplus";
  });
  EXPECT_THAT(LoadStatus(), StatusIs(absl::StatusCode::kInvalidArgument,
                                     HasSubstr("tensors")));
}

TEST_F(ModelFolderTest, NamesATensorOfAnotherShape) {
  RewriteWeights([](auto& tensors) {
    for (NamedTensor& tensor : tensors) {
      if (tensor.name == "embedding") tensor.shape = {4, 7};
    }
  });
  EXPECT_THAT(LoadStatus(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("[4, 7]; it must be F32 [7, 4]")));
}

TEST_F(ModelFolderTest, RefusesWeightsThatAreNotFinite) {
  RewriteWeights([](auto& tensors) {
    tensors.front().bytes.replace(0, 4, std::string("\x00\x00\xc0\x7f", 4));
  });
  EXPECT_THAT(LoadStatus(), StatusIs(absl::StatusCode::kInvalidArgument,
                                     HasSubstr("not finite")));
}

TEST_F(ModelFolderTest, RefusesAVocabularyOfAnotherSize) {
  ASSERT_OK(WriteFileAtomically(folder_.path() / kVocabularyFile,
                                "<pad>\t0\n<unk>\t0\nfilm\t2\n"));
  EXPECT_THAT(LoadStatus(), StatusIs(absl::StatusCode::kInvalidArgument,
                                     HasSubstr("has 3 entries")));
}

TEST_F(ModelFolderTest, RefusesAConfigurationThatIsNoJson) {
  ASSERT_OK(WriteFileAtomically(folder_.path() / kConfigFile, "{\"text\": "));
  EXPECT_THAT(LoadStatus(), StatusIs(absl::StatusCode::kInvalidArgument,
                                     HasSubstr("not JSON")));
}

TEST_F(ModelFolderTest, SaysWhichFileIsNotThere) {
  ASSERT_OK(RemoveAll(folder_.path() / kWeightsFile));
  EXPECT_THAT(LoadStatus(), StatusIs(absl::StatusCode::kNotFound,
                                     HasSubstr("model.safetensors")));
}

}  // namespace
}  // namespace carousel
