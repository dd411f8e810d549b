// AnalysisService/GetNeighbours through a real server.
#include <grpcpp/client_context.h>

#include <chrono>
#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/damage.h"
#include "tests/support/grpc_status.h"
#include "tests/support/held_file.h"
#include "tests/support/pending_call.h"
#include "tests/support/server_fixture.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr char kMethod[] = "AnalysisService/GetNeighbours";

// good and great point east, bad and awful west.
constexpr char kVectors[] =
    "good 1 0\ngreat 4 1\nfilm 0 1\nbad -1 0\nawful -2 1\nactor 0 -3\n";

class GetNeighboursTest : public ServerFixture {
 protected:
  using Pending =
      PendingCall<v1::GetNeighboursRequest, v1::GetNeighboursResponse>;

  void SetUp() override {
    PublishTinyModel("tiny");
    StartServer();
    ASSERT_THAT(UploadVectors("words", kVectors), IsGrpcOk());
  }

  static v1::GetNeighboursRequest OfVectors(
      const std::vector<std::string>& words) {
    v1::GetNeighboursRequest request;
    request.set_vectors("words");
    for (const std::string& word : words) request.add_positive(word);
    return request;
  }

  grpc::Status Find(const v1::GetNeighboursRequest& request) {
    grpc::ClientContext context;
    response_.Clear();
    return analysis_->GetNeighbours(&context, request, &response_);
  }

  void Begin(Pending& call) {
    call.request() = OfVectors({"good"});
    call.Start(analysis_->async(),
               &v1::AnalysisService::Stub::async::GetNeighbours);
  }

  std::vector<std::string> FoundWords() const {
    std::vector<std::string> words;
    for (const auto& neighbour : response_.neighbours()) {
      words.push_back(neighbour.word());
    }
    return words;
  }

  v1::GetNeighboursResponse response_;
};

TEST_F(GetNeighboursTest, FindsTheNearestOfStoredVectors) {
  v1::GetNeighboursRequest request = OfVectors({"good", "zyzzyva"});
  request.set_count(2);
  ASSERT_THAT(Find(request), IsGrpcOk());
  EXPECT_EQ(response_.source(), "words");
  EXPECT_THAT(FoundWords(), ElementsAre("great", "film"));
  EXPECT_NEAR(response_.neighbours(0).cosine(), 4 / std::sqrt(17.0), 1e-12);
  EXPECT_FALSE(response_.neighbours(0).has_count());
  EXPECT_THAT(response_.unknown(), ElementsAre("zyzzyva"));
  EXPECT_EQ(response_.words(), 5);
}

TEST_F(GetNeighboursTest, AnswersAnalogies) {
  // great is to good as what is to bad?
  v1::GetNeighboursRequest request = OfVectors({"great", "bad"});
  request.add_negative("good");
  ASSERT_THAT(Find(request), IsGrpcOk());
  EXPECT_THAT(FoundWords(), ElementsAre("awful", "film", "actor"));
}

TEST_F(GetNeighboursTest, FindsTheNearestOfAModelsEmbedding) {
  v1::GetNeighboursRequest request;
  request.set_model("tiny");
  request.add_positive("good");
  ASSERT_THAT(Find(request), IsGrpcOk());
  EXPECT_EQ(response_.source(), "tiny@1");
  EXPECT_THAT(response_.neighbours(), SizeIs(10));  // unless asked otherwise
  EXPECT_EQ(response_.words(), 11);
  for (const v1::Neighbour& neighbour : response_.neighbours()) {
    EXPECT_TRUE(neighbour.has_count()) << neighbour.word();
  }
}

TEST_F(GetNeighboursTest, NamesAllThatIsWrong) {
  v1::GetNeighboursRequest request;
  request.set_count(1001);
  const grpc::Status status = Find(request);
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
  EXPECT_THAT(WrongFields(status), ElementsAre("source", "positive", "count"));
  request = OfVectors(std::vector<std::string>(101, "good"));
  request.set_count(-1);
  EXPECT_THAT(WrongFields(Find(request)), ElementsAre("positive", "count"));
}

TEST_F(GetNeighboursTest, WordsThatNobodyKnowsHaveNoNeighbours) {
  EXPECT_THAT(
      Find(OfVectors({"zyzzyva"})),
      GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "no vector for \"zyzzyva\""));
}

TEST_F(GetNeighboursTest, NamesTheSourceThatIsNotThere) {
  v1::GetNeighboursRequest request = OfVectors({"good"});
  request.set_vectors("nowhere");
  EXPECT_THAT(Find(request), GrpcCodeIs(StatusCode::NOT_FOUND, "nowhere"));
  request.set_model("other");
  EXPECT_THAT(Find(request), GrpcCodeIs(StatusCode::NOT_FOUND, "other"));
}

TEST_F(GetNeighboursTest, AFlippedDigitOfVectorsIsDataLoss) {
  Damage(Stored("vectors/words/vectors"), "4", "5");
  EXPECT_THAT(Find(OfVectors({"good"})),
              GrpcCodeIs(StatusCode::DATA_LOSS, "vectors/words/vectors"));
}

TEST_F(GetNeighboursTest, VectorsAreReadOnceAndAnewUnderAnotherMeaning) {
  // Not those that the model began with, which cannot be deleted.
  ASSERT_THAT(UploadVectors("others", kVectors), IsGrpcOk());
  v1::GetNeighboursRequest request = OfVectors({"good"});
  request.set_vectors("others");
  ASSERT_THAT(Find(request), IsGrpcOk());
  // From memory: what happens to the file does not matter any more.
  Damage(Stored("vectors/others/vectors"), "4", "5");
  ASSERT_THAT(Find(request), IsGrpcOk());
  EXPECT_THAT(FoundWords(), ::testing::Contains("actor"));

  grpc::ClientContext context;
  v1::DeleteVectorsRequest remove;
  remove.set_name("others");
  v1::DeleteVectorsResponse removed;
  ASSERT_THAT(datasets_->DeleteVectors(&context, remove, &removed), IsGrpcOk());
  EXPECT_THAT(Find(request), GrpcCodeIs(StatusCode::NOT_FOUND, "others"));
  ASSERT_THAT(UploadVectors("others", "good 1 0\nfine 1 1\n"), IsGrpcOk());
  ASSERT_THAT(Find(request), IsGrpcOk());
  EXPECT_THAT(FoundWords(), ElementsAre("fine"));
}

TEST_F(GetNeighboursTest, ADeadlineThatPassesEndsTheWork) {
  HeldFile file(Stored("vectors/words/vectors"));
  Pending call;
  SetServerDeadline(call.context(), std::chrono::milliseconds(50));
  Begin(call);
  EXPECT_THAT(call.Wait(), GrpcCodeIs(StatusCode::DEADLINE_EXCEEDED));
  TrickleUntilNoneInFlight(file, kMethod);
  EXPECT_EQ(Ended(kMethod, "DEADLINE_EXCEEDED"), 1);
}

TEST_F(GetNeighboursTest, ACallerWhoWaitsForAnothersReadingMayLeave) {
  HeldFile file(Stored("vectors/words/vectors"));
  Pending first;
  Begin(first);
  WaitUntilInFlight(kMethod);
  Pending second;
  SetServerDeadline(second.context(), std::chrono::milliseconds(50));
  Begin(second);
  EXPECT_THAT(second.Wait(), GrpcCodeIs(StatusCode::DEADLINE_EXCEEDED));
  while (InFlight(kMethod) != 1) std::this_thread::yield();
  file.Release();
  EXPECT_THAT(first.Wait(), IsGrpcOk());
  EXPECT_EQ(Ended(kMethod, "DEADLINE_EXCEEDED"), 1);
}

}  // namespace
}  // namespace carousel
