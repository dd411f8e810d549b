#include "server/sentiment_service.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/grpc_status.h"
#include "tests/support/server_fixture.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class SentimentServiceTest : public ServerFixture {
 protected:
  void SetUp() override { PublishTinyModel("tiny"); }

  grpc::Status Predict(const std::string& model,
                       const std::vector<std::string>& texts) {
    grpc::ClientContext context;
    v1::PredictRequest request;
    request.set_model(model);
    for (const std::string& text : texts) request.add_texts(text);
    response_.Clear();
    return sentiment_->Predict(&context, request, &response_);
  }

  grpc::Status Evaluate(const std::string& model, const std::string& dataset,
                        const std::string& split = "") {
    grpc::ClientContext context;
    v1::EvaluateRequest request;
    request.set_model(model);
    request.set_dataset(dataset);
    request.set_split(split);
    v1::EvaluateResponse response;
    const grpc::Status status =
        sentiment_->Evaluate(&context, request, &response);
    evaluation_ = response.evaluation();
    return status;
  }

  grpc::Status Project(const v1::GetEmbeddingProjectionRequest& request) {
    grpc::ClientContext context;
    v1::GetEmbeddingProjectionResponse response;
    const grpc::Status status =
        sentiment_->GetEmbeddingProjection(&context, request, &response);
    projection_ = response.projection();
    return status;
  }

  std::vector<std::string> ProjectedWords() const {
    std::vector<std::string> words;
    for (const auto& point : projection_.points())
      words.push_back(point.word());
    return words;
  }

  v1::PredictResponse response_;
  v1::Evaluation evaluation_;
  v1::EmbeddingProjection projection_;
};

TEST_F(SentimentServiceTest, AnswersEveryTextInOrder) {
  StartServer();
  ASSERT_THAT(Predict("tiny", {"a good film", "a bad film", "a good film"}),
              IsGrpcOk());
  EXPECT_EQ(response_.model(), "tiny");
  EXPECT_EQ(response_.version(), 1);
  EXPECT_EQ(response_.negative_label(), "neg");
  EXPECT_EQ(response_.positive_label(), "pos");
  EXPECT_EQ(response_.majority_label(), "pos");
  ASSERT_THAT(response_.results(), SizeIs(3));
  for (const v1::PredictResult& result : response_.results()) {
    const double probability = result.prediction().probability();
    EXPECT_THAT(probability, AllOf(Ge(0), Le(1)));
    EXPECT_EQ(result.prediction().label(), probability >= 0.5 ? "pos" : "neg");
  }
  EXPECT_NEAR(response_.results(0).prediction().probability(),
              response_.results(2).prediction().probability(), 1e-6);
  EXPECT_NE(response_.results(0).prediction().probability(),
            response_.results(1).prediction().probability());
}

TEST_F(SentimentServiceTest, AModelIsFoundByNameVersionAndLabel) {
  StartServer();
  for (const std::string model : {"tiny", "tiny@1", "tiny@latest"}) {
    EXPECT_THAT(Predict(model, {"good"}), IsGrpcOk()) << model;
  }
}

TEST_F(SentimentServiceTest, ABadTextFailsAlone) {
  StartServer();
  ASSERT_THAT(Predict("tiny", {"a good film", "", "broken \xff byte",
                               std::string((1 << 20) + 1, 'a'), "<br />"}),
              IsGrpcOk());
  ASSERT_THAT(response_.results(), SizeIs(5));
  EXPECT_TRUE(response_.results(0).has_prediction());
  const std::vector<std::string> reasons = {"NO_TOKENS", "INVALID_UTF8",
                                            "TEXT_TOO_LONG", "NO_TOKENS"};
  for (int i = 1; i < 5; ++i) {
    const v1::TextError& error = response_.results(i).error();
    EXPECT_EQ(error.code(), "INVALID_ARGUMENT") << i;
    EXPECT_EQ(error.reason(), reasons[static_cast<std::size_t>(i) - 1]) << i;
    EXPECT_THAT(error.message(), Not(IsEmpty())) << i;
  }
}

TEST_F(SentimentServiceTest, PredictNamesTheModelThatIsNotThere) {
  StartServer();
  EXPECT_THAT(Predict("other", {"good"}),
              GrpcCodeIs(StatusCode::NOT_FOUND, "other"));
  EXPECT_THAT(Predict("tiny@2", {"good"}), GrpcCodeIs(StatusCode::NOT_FOUND));
  EXPECT_THAT(Predict("tiny@stable", {"good"}),
              GrpcCodeIs(StatusCode::NOT_FOUND));
}

TEST_F(SentimentServiceTest, PredictRefusesWhatIsNoReference) {
  StartServer();
  const grpc::Status status = Predict("../etc", {"good"});
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
  EXPECT_THAT(WrongFields(status), ElementsAre("model"));
}

TEST_F(SentimentServiceTest, PredictRefusesTooFewAndTooManyTexts) {
  StartServer();
  EXPECT_THAT(Predict("tiny", {}), GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
  EXPECT_THAT(Predict("tiny", std::vector<std::string>(4097, "good")),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "4097"));
  EXPECT_THAT(
      Predict("tiny", std::vector<std::string>(33, std::string(1 << 20, 'a'))),
      GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
}

TEST_F(SentimentServiceTest, AFullQueueSaysWhenToComeBack) {
  options_.predict_queue = 1;
  StartServer();
  const grpc::Status status = Predict("tiny", {"good", "bad"});
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::RESOURCE_EXHAUSTED));
  EXPECT_EQ(ReasonOf(status), "QUEUE_FULL");
  const auto retry = GetDetail<google::rpc::RetryInfo>(status);
  ASSERT_TRUE(retry.has_value());
  EXPECT_GT(retry->retry_delay().seconds() * 1e9 + retry->retry_delay().nanos(),
            0);
  EXPECT_THAT(Predict("tiny", {"good"}), IsGrpcOk());
}

TEST_F(SentimentServiceTest, PredictKeepsItsDeadline) {
  StartServer();
  grpc::ClientContext context;
  // 30 MiB do not even arrive in a millisecond.
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::milliseconds(1));
  v1::PredictRequest request;
  request.set_model("tiny");
  for (int i = 0; i < 30; ++i) request.add_texts(std::string(1 << 20, 'a'));
  EXPECT_THAT(sentiment_->Predict(&context, request, &response_),
              GrpcCodeIs(StatusCode::DEADLINE_EXCEEDED));
}

TEST_F(SentimentServiceTest, AFlippedByteOfAModelIsDataLoss) {
  const auto weights =
      options_.data_dir / "models" / "tiny" / "1" / "model.safetensors";
  std::fstream file(weights, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(-1, std::ios::end);
  const char last = static_cast<char>(file.get());
  file.seekp(-1, std::ios::end);
  file.put(static_cast<char>(last ^ 1));
  file.close();
  PublishTinyModel("healthy");
  StartServer();  // damage of one model does not stop the others
  EXPECT_THAT(Predict("tiny", {"good"}),
              GrpcCodeIs(StatusCode::DATA_LOSS, "model.safetensors"));
  EXPECT_THAT(Predict("healthy", {"good"}), IsGrpcOk());
  EXPECT_THAT(log(), HasSubstr("did not load"));
}

TEST_F(SentimentServiceTest, PredictIsCounted) {
  StartServer();
  ASSERT_THAT(Predict("tiny", {"a good film", ""}), IsGrpcOk());
  EXPECT_THAT(Predict("other", {"good"}), GrpcCodeIs(StatusCode::NOT_FOUND));
  const Series series = ScrapeMetrics();
  const std::string method = "method=\"SentimentService/Predict\"}";
  EXPECT_EQ(series.at("carousel_rpc_requests_total{code=\"OK\"," + method), 1);
  EXPECT_EQ(
      series.at("carousel_rpc_requests_total{code=\"NOT_FOUND\"," + method), 1);
  EXPECT_EQ(series.at("carousel_rpc_in_flight{" + method), 0);
  const std::string texts = "carousel_predict_texts_total{model=\"tiny\",";
  EXPECT_EQ(series.at(texts + "result=\"ok\"}"), 1);
  EXPECT_EQ(series.at(texts + "result=\"error\"}"), 1);
  EXPECT_EQ(series.at("carousel_predict_tokens_total{model=\"tiny\"}"), 3);
  EXPECT_EQ(series.at("carousel_predict_batch_rows_sum"), 1);
  EXPECT_EQ(series.at("carousel_predict_phase_seconds_count{phase=\"reply\"}"),
            1);
  EXPECT_EQ(series.at("carousel_model_load_duration_seconds_count"), 1);
  EXPECT_EQ(series.at("carousel_model_versions{model=\"tiny\"}"), 1);
}

TEST_F(SentimentServiceTest, EvaluatesTheTestSplitOfItsOwnDataset) {
  StartServer();
  UploadSamples();
  ASSERT_THAT(Evaluate("tiny", "reviews"), IsGrpcOk());
  EXPECT_EQ(evaluation_.model(), "tiny");
  EXPECT_EQ(evaluation_.version(), 1);
  EXPECT_EQ(evaluation_.dataset(), "reviews");
  EXPECT_EQ(evaluation_.split(), "test");
  EXPECT_EQ(evaluation_.count(), 4);  // a tenth of 40
  EXPECT_EQ(evaluation_.true_negatives() + evaluation_.false_positives() +
                evaluation_.false_negatives() + evaluation_.true_positives(),
            4);
  EXPECT_DOUBLE_EQ(
      evaluation_.accuracy(),
      (evaluation_.true_negatives() + evaluation_.true_positives()) / 4.0);
  EXPECT_TRUE(evaluation_.has_loss());
  EXPECT_EQ(evaluation_.skipped(), 0);
}

TEST_F(SentimentServiceTest, EvaluatesAllOfAnotherDataset) {
  PublishTinyModel("tiny", "elsewhere");
  StartServer();
  UploadSamples();
  ASSERT_THAT(Evaluate("tiny", "reviews"), IsGrpcOk());
  EXPECT_EQ(evaluation_.split(), "all");
  EXPECT_EQ(evaluation_.count(), 40);
}

TEST_F(SentimentServiceTest, EvaluatesTheSplitThatIsNamed) {
  StartServer();
  UploadSamples();
  for (const auto& [split, count] : std::vector<std::pair<std::string, int>>{
           {"train", 28}, {"validation", 8}, {"test", 4}, {"all", 40}}) {
    ASSERT_THAT(Evaluate("tiny", "reviews", split), IsGrpcOk()) << split;
    EXPECT_EQ(evaluation_.split(), split);
    EXPECT_EQ(evaluation_.count(), count) << split;
  }
}

TEST_F(SentimentServiceTest, EvaluateCountsTextsItCannotRead) {
  StartServer();
  // Not empty, so it is imported; the model, which drops punctuation, has
  // nothing left of it.
  std::string csv = "id,review,sentiment\n0,!!!,neg\n";
  constexpr int kReadable = 40;
  for (int row = 1; row <= kReadable; ++row) {
    absl::StrAppend(&csv, row, ",good ", row,
                    row % 2 == 0 ? ",pos\n" : ",neg\n");
  }
  ASSERT_THAT(UploadDataset("few", csv), IsGrpcOk());
  ASSERT_THAT(Evaluate("tiny", "few", "all"), IsGrpcOk());
  EXPECT_EQ(evaluation_.count(), kReadable);
  EXPECT_EQ(evaluation_.skipped(), 1);
}

TEST_F(SentimentServiceTest, EvaluateNamesAllThatIsWrong) {
  StartServer();
  const grpc::Status status = Evaluate("", "No Name", "half");
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
  EXPECT_THAT(WrongFields(status), ElementsAre("model", "dataset", "split"));
}

TEST_F(SentimentServiceTest, EvaluateNamesWhatIsNotThere) {
  StartServer();
  UploadSamples();
  EXPECT_THAT(Evaluate("other", "reviews"),
              GrpcCodeIs(StatusCode::NOT_FOUND, "other"));
  EXPECT_THAT(Evaluate("tiny", "elsewhere"),
              GrpcCodeIs(StatusCode::NOT_FOUND, "elsewhere"));
}

TEST_F(SentimentServiceTest, ProjectsTheWordsOfAModel) {
  StartServer();
  v1::GetEmbeddingProjectionRequest request;
  request.set_model("tiny");
  for (const char* word : {"good", "bad", "film", "zebra", "good"}) {
    request.mutable_words()->add_words(word);
  }
  ASSERT_THAT(Project(request), IsGrpcOk());
  EXPECT_EQ(projection_.source(), "tiny@1");
  EXPECT_EQ(projection_.method(), "pca");
  EXPECT_EQ(projection_.dimensions(), 2);
  EXPECT_THAT(projection_.explained_variance(), SizeIs(2));
  EXPECT_THAT(ProjectedWords(), ElementsAre("good", "bad", "film"));
  EXPECT_THAT(projection_.unknown(), ElementsAre("zebra"));
  for (const v1::EmbeddingPoint& point : projection_.points()) {
    EXPECT_THAT(point.position(), SizeIs(2));
    EXPECT_TRUE(point.has_count());
  }
  EXPECT_EQ(projection_.points(0).sentiment(), 1);
  EXPECT_EQ(projection_.points(1).sentiment(), -1);
  EXPECT_EQ(projection_.points(2).sentiment(), 0);
}

TEST_F(SentimentServiceTest, ProjectsTheMostFrequentWords) {
  StartServer();
  UploadSamples();
  v1::GetEmbeddingProjectionRequest request;
  request.set_top(4);
  request.set_model("tiny");
  ASSERT_THAT(Project(request), IsGrpcOk());
  EXPECT_THAT(ProjectedWords(), ElementsAre("the", "film", "was", "a"));
  request.set_vectors("words");
  ASSERT_THAT(Project(request), IsGrpcOk());
  EXPECT_EQ(projection_.source(), "words");
  EXPECT_THAT(ProjectedWords(), ElementsAre("the", "film", "was", "a"));
  EXPECT_FALSE(projection_.points(0).has_count());
}

TEST_F(SentimentServiceTest, ProjectsSentimentWordsWithTheirPairs) {
  StartServer();
  UploadSamples();
  v1::GetEmbeddingProjectionRequest request;
  request.set_vectors("words");
  request.set_sentiment_words(true);
  ASSERT_THAT(Project(request), IsGrpcOk());
  EXPECT_THAT(ProjectedWords(), ::testing::IsSupersetOf({"good", "bad"}));
  EXPECT_THAT(projection_.unknown(), Not(IsEmpty()));
  bool found = false;
  for (const v1::EmbeddingPair& pair : projection_.pairs()) {
    found |=
        pair.a() == "good" && pair.b() == "bad" && pair.relation() == "antonym";
    EXPECT_THAT(pair.cosine(), AllOf(Ge(-1.000001), Le(1.000001)));
  }
  EXPECT_TRUE(found);
}

TEST_F(SentimentServiceTest, ProjectNamesAllThatIsWrong) {
  StartServer();
  v1::GetEmbeddingProjectionRequest request;
  request.set_top(2);
  request.set_dimensions(7);
  request.set_method("tsne");
  const grpc::Status status = Project(request);
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
  EXPECT_THAT(WrongFields(status),
              ElementsAre("source", "top", "dimensions", "method"));
  request.Clear();
  request.set_model("tiny");
  EXPECT_THAT(WrongFields(Project(request)), ElementsAre("selection"));
}

TEST_F(SentimentServiceTest, ProjectNeedsThreeWordsWithAVector) {
  StartServer();
  v1::GetEmbeddingProjectionRequest request;
  request.set_model("tiny");
  for (const char* word : {"good", "bad", "zebra"}) {
    request.mutable_words()->add_words(word);
  }
  EXPECT_THAT(Project(request), GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
}

TEST_F(SentimentServiceTest, ProjectNamesTheSourceThatIsNotThere) {
  StartServer();
  v1::GetEmbeddingProjectionRequest request;
  request.set_top(3);
  request.set_model("other");
  EXPECT_THAT(Project(request), GrpcCodeIs(StatusCode::NOT_FOUND, "other"));
  request.set_vectors("nowhere");
  EXPECT_THAT(Project(request), GrpcCodeIs(StatusCode::NOT_FOUND, "nowhere"));
}

}  // namespace
}  // namespace carousel
