// SentimentService/GetEmbeddingProjection through a real server.
#include <grpcpp/client_context.h>

#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/damage.h"
#include "tests/support/grpc_status.h"
#include "tests/support/held_file.h"
#include "tests/support/pending_call.h"
#include "tests/support/server_fixture.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tiny_model.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

constexpr char kMethod[] = "SentimentService/GetEmbeddingProjection";

class EmbeddingProjectionTest : public ServerFixture {
 protected:
  using Pending = PendingCall<v1::GetEmbeddingProjectionRequest,
                              v1::GetEmbeddingProjectionResponse>;

  void SetUp() override { PublishTinyModel("tiny"); }

  grpc::Status Project(const v1::GetEmbeddingProjectionRequest& request) {
    grpc::ClientContext context;
    v1::GetEmbeddingProjectionResponse response;
    grpc::Status status =
        sentiment_->GetEmbeddingProjection(&context, request, &response);
    projection_ = response.projection();
    return status;
  }

  // The first three words of the stored vectors "words".
  void Begin(Pending& call) {
    call.request().set_vectors("words");
    call.request().set_top(3);
    call.Start(sentiment_->async(),
               &v1::SentimentService::Stub::async::GetEmbeddingProjection);
  }

  std::vector<std::string> ProjectedWords() const {
    std::vector<std::string> words;
    for (const auto& point : projection_.points()) {
      words.push_back(point.word());
    }
    return words;
  }

  v1::EmbeddingProjection projection_;
};

TEST_F(EmbeddingProjectionTest, ProjectsTheWordsOfAModel) {
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

TEST_F(EmbeddingProjectionTest, ProjectsTheMostFrequentWords) {
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

TEST_F(EmbeddingProjectionTest, ProjectsSentimentWordsWithTheirPairs) {
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

TEST_F(EmbeddingProjectionTest, ProjectsToThreeDimensions) {
  StartServer();
  UploadSamples();
  v1::GetEmbeddingProjectionRequest request;
  request.set_top(6);
  request.set_dimensions(3);
  request.set_model("tiny");
  ASSERT_THAT(Project(request), IsGrpcOk());
  const v1::EmbeddingProjection model = projection_;
  request.set_vectors("words");
  ASSERT_THAT(Project(request), IsGrpcOk());
  const v1::EmbeddingProjection vectors = projection_;
  for (const auto* projection : {&model, &vectors}) {
    EXPECT_EQ(projection->dimensions(), 3);
    EXPECT_THAT(projection->explained_variance(), SizeIs(3));
    for (const v1::EmbeddingPoint& point : projection->points()) {
      EXPECT_THAT(point.position(), SizeIs(3));
      EXPECT_THAT(point.initial_position(), IsEmpty());
    }
    EXPECT_THAT(projection->initial_explained_variance(), IsEmpty());
  }
}

TEST_F(EmbeddingProjectionTest, ShowsWhereTheWordsOfATrainedModelStoodBefore) {
  StartServer();
  UploadSamples();
  v1::TrainRequest train = SampleTrainRequest();
  train.set_model("trained");
  Watch(Train(train));
  v1::GetEmbeddingProjectionRequest request;
  request.set_model("trained");
  request.set_compare_initial(true);
  for (const char* word : {"good", "bad", "film", "the"}) {
    request.mutable_words()->add_words(word);
  }
  ASSERT_THAT(Project(request), IsGrpcOk());
  EXPECT_THAT(projection_.initial_explained_variance(), SizeIs(2));
  ASSERT_THAT(projection_.points(), SizeIs(4));
  for (const v1::EmbeddingPoint& point : projection_.points()) {
    ASSERT_THAT(point.initial_position(), SizeIs(2));
    // Two epochs move a word, and not far.
    for (int d = 0; d < 2; ++d) {
      EXPECT_NEAR(point.initial_position(d), point.position(d), 0.2);
    }
  }
  ASSERT_THAT(projection_.pairs(), SizeIs(1));
  const v1::EmbeddingPair& pair = projection_.pairs(0);
  EXPECT_NEAR(pair.initial_cosine(), pair.cosine(), 0.2);
  EXPECT_NE(pair.initial_cosine(), pair.cosine());
}

TEST_F(EmbeddingProjectionTest, VectorsThatAreGoneAreAFailedPrecondition) {
  StartServer();
  v1::GetEmbeddingProjectionRequest request;
  request.set_model("tiny");
  request.set_top(3);
  request.set_compare_initial(true);
  EXPECT_THAT(Project(request),
              GrpcCodeIs(StatusCode::FAILED_PRECONDITION,
                         "the vectors \"words\" that tiny@1 began with are not "
                         "stored any more"));
}

TEST_F(EmbeddingProjectionTest, OtherVectorsOfThatNameAreAFailedPrecondition) {
  const TempDir content;
  ASSERT_OK(WriteTinyModel(content.path()));
  ASSERT_OK(WriteFileAtomically(content / "provenance.json",
                                R"({"vectors_sha256": "00ff"})"));
  PublishModel("other", "reviews", content.path());
  StartServer();
  UploadSamples();
  v1::GetEmbeddingProjectionRequest request;
  request.set_model("other");
  request.set_top(3);
  request.set_compare_initial(true);
  EXPECT_THAT(Project(request),
              GrpcCodeIs(StatusCode::FAILED_PRECONDITION,
                         "are not those that other@1 began with"));
}

TEST_F(EmbeddingProjectionTest, DamagedFormerVectorsAreDataLoss) {
  StartServer();
  UploadSamples();
  Damage(Stored("vectors/words/vectors"), "0.4", "0.5");
  v1::GetEmbeddingProjectionRequest request;
  request.set_model("tiny");
  request.set_top(3);
  ASSERT_THAT(Project(request), IsGrpcOk());
  request.set_compare_initial(true);
  EXPECT_THAT(Project(request),
              GrpcCodeIs(StatusCode::DATA_LOSS, "vectors/words/vectors"));
}

TEST_F(EmbeddingProjectionTest, VectorsThemselvesHaveNoBefore) {
  StartServer();
  UploadSamples();
  v1::GetEmbeddingProjectionRequest request;
  request.set_vectors("words");
  request.set_top(3);
  request.set_compare_initial(true);
  EXPECT_THAT(WrongFields(Project(request)), ElementsAre("compare_initial"));
}

TEST_F(EmbeddingProjectionTest, ProjectNamesAllThatIsWrong) {
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

TEST_F(EmbeddingProjectionTest, ProjectNeedsThreeWordsWithAVector) {
  StartServer();
  v1::GetEmbeddingProjectionRequest request;
  request.set_model("tiny");
  for (const char* word : {"good", "bad", "zebra"}) {
    request.mutable_words()->add_words(word);
  }
  EXPECT_THAT(Project(request), GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
}

TEST_F(EmbeddingProjectionTest, ProjectNamesTheSourceThatIsNotThere) {
  StartServer();
  v1::GetEmbeddingProjectionRequest request;
  request.set_top(3);
  request.set_model("other");
  EXPECT_THAT(Project(request), GrpcCodeIs(StatusCode::NOT_FOUND, "other"));
  request.set_vectors("nowhere");
  EXPECT_THAT(Project(request), GrpcCodeIs(StatusCode::NOT_FOUND, "nowhere"));
}

TEST_F(EmbeddingProjectionTest, TooManyWordsNameTheLimit) {
  StartServer();
  v1::GetEmbeddingProjectionRequest request;
  request.set_model("tiny");
  for (int i = 0; i < 5001; ++i) {
    request.mutable_words()->add_words(absl::StrCat("word", i));
  }
  EXPECT_THAT(Project(request), GrpcCodeIs(StatusCode::INVALID_ARGUMENT,
                                           "5001 words; a projection takes at "
                                           "most 5000"));
}

TEST_F(EmbeddingProjectionTest, WordsThatAreNotUtf8AreNotAmongTheMostFrequent) {
  StartServer();
  ASSERT_THAT(UploadVectors("words",
                            "the 1 0\nbroken\xff 5 5\n\xc3\xa9t\xc3\xa9 0 1\n"
                            "film 1 1\nlast 2 2\n"),
              IsGrpcOk());
  v1::GetEmbeddingProjectionRequest request;
  request.set_vectors("words");
  request.set_top(3);
  ASSERT_THAT(Project(request), IsGrpcOk());
  EXPECT_THAT(ProjectedWords(),
              ElementsAre("the", "\xc3\xa9t\xc3\xa9", "film"));
}

TEST_F(EmbeddingProjectionTest, AFlippedDigitOfVectorsIsDataLoss) {
  StartServer();
  UploadSamples();
  Damage(Stored("vectors/words/vectors"), "0.4", "0.5");
  v1::GetEmbeddingProjectionRequest request;
  request.set_vectors("words");
  request.set_top(3);
  EXPECT_THAT(Project(request),
              GrpcCodeIs(StatusCode::DATA_LOSS, "vectors/words/vectors"));
}

TEST_F(EmbeddingProjectionTest, AFlippedByteOfAModelIsDataLoss) {
  PublishTinyModel("tiny");
  StartServer();
  FlipLastByte(Stored("models/tiny/1/model.safetensors"));
  v1::GetEmbeddingProjectionRequest request;
  request.set_model("tiny@1");
  request.set_top(3);
  EXPECT_THAT(Project(request), GrpcCodeIs(StatusCode::DATA_LOSS,
                                           "models/tiny/1/model.safetensors"));
}

TEST_F(EmbeddingProjectionTest, ADeadlineThatPassesEndsTheWork) {
  StartServer();
  UploadSamples();
  HeldFile file(Stored("vectors/words/vectors"));
  Pending call;
  SetServerDeadline(call.context(), std::chrono::milliseconds(50));
  Begin(call);
  EXPECT_THAT(call.Wait(), GrpcCodeIs(StatusCode::DEADLINE_EXCEEDED));
  TrickleUntilNoneInFlight(file, kMethod);
  EXPECT_EQ(Ended(kMethod, "DEADLINE_EXCEEDED"), 1);
}

TEST_F(EmbeddingProjectionTest, ACallerWhoLeavesEndsTheWork) {
  StartServer();
  UploadSamples();
  HeldFile file(Stored("vectors/words/vectors"));
  Pending call;
  Begin(call);
  WaitUntilInFlight(kMethod);
  call.context().TryCancel();
  EXPECT_THAT(call.Wait(), GrpcCodeIs(StatusCode::CANCELLED));
  TrickleUntilNoneInFlight(file, kMethod);
  EXPECT_EQ(Ended(kMethod, "CANCELLED"), 1);
}

}  // namespace
}  // namespace carousel
