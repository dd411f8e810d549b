// DatasetService but its uploads, through a real server.
#include <grpcpp/client_context.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/damage.h"
#include "tests/support/grpc_status.h"
#include "tests/support/held_file.h"
#include "tests/support/pending_call.h"
#include "tests/support/sample_data.h"
#include "tests/support/server_fixture.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr char kDescribe[] = "DatasetService/DescribeDataset";

class DatasetServiceTest : public ServerFixture {
 protected:
  using PendingDescription =
      PendingCall<v1::DescribeDatasetRequest, v1::DescribeDatasetResponse>;

  void SetUp() override { StartServer(); }

  grpc::Status ListDatasets(const v1::ListDatasetsRequest& request) {
    grpc::ClientContext context;
    datasets_list_.Clear();
    return datasets_->ListDatasets(&context, request, &datasets_list_);
  }

  grpc::Status ListVectors(const v1::ListVectorsRequest& request) {
    grpc::ClientContext context;
    vectors_list_.Clear();
    return datasets_->ListVectors(&context, request, &vectors_list_);
  }

  grpc::Status Describe(const std::string& name,
                        const std::string& vectors = "") {
    v1::DescribeDatasetRequest request;
    request.set_name(name);
    request.set_vectors(vectors);
    return Describe(request);
  }

  grpc::Status Describe(const v1::DescribeDatasetRequest& request) {
    grpc::ClientContext context;
    description_.Clear();
    return datasets_->DescribeDataset(&context, request, &description_);
  }

  void Begin(PendingDescription& call) {
    call.request().set_name("reviews");
    call.Start(datasets_->async(),
               &v1::DatasetService::Stub::async::DescribeDataset);
  }

  grpc::Status DeleteDataset(const std::string& name) {
    grpc::ClientContext context;
    v1::DeleteDatasetRequest request;
    request.set_name(name);
    v1::DeleteDatasetResponse response;
    return datasets_->DeleteDataset(&context, request, &response);
  }

  grpc::Status DeleteVectors(const std::string& name) {
    grpc::ClientContext context;
    v1::DeleteVectorsRequest request;
    request.set_name(name);
    v1::DeleteVectorsResponse response;
    return datasets_->DeleteVectors(&context, request, &response);
  }

  v1::ListDatasetsResponse datasets_list_;
  v1::ListVectorsResponse vectors_list_;
  v1::DescribeDatasetResponse description_;
};

TEST_F(DatasetServiceTest, ListsDatasetsInPages) {
  UploadSamples();
  ASSERT_THAT(UploadDataset("another", SampleReviews(42)), IsGrpcOk());
  v1::ListDatasetsRequest request;
  request.set_page_size(1);
  ASSERT_THAT(ListDatasets(request), IsGrpcOk());
  ASSERT_THAT(datasets_list_.datasets(), SizeIs(1));
  EXPECT_EQ(datasets_list_.datasets(0).name(), "another");
  request.set_page_token(datasets_list_.next_page_token());
  ASSERT_THAT(ListDatasets(request), IsGrpcOk());
  ASSERT_THAT(datasets_list_.datasets(), SizeIs(1));
  EXPECT_EQ(datasets_list_.datasets(0).name(), "reviews");
  EXPECT_THAT(datasets_list_.next_page_token(), IsEmpty());
}

TEST_F(DatasetServiceTest, ListDatasetsRefusesBadPages) {
  v1::ListDatasetsRequest request;
  request.set_page_size(-5);
  EXPECT_THAT(WrongFields(ListDatasets(request)), ElementsAre("page_size"));
  request.Clear();
  request.set_page_token("made up");
  EXPECT_THAT(WrongFields(ListDatasets(request)), ElementsAre("page_token"));
}

TEST_F(DatasetServiceTest, DescribesADataset) {
  UploadSamples();
  ASSERT_THAT(Describe("reviews", "words"), IsGrpcOk());
  EXPECT_EQ(description_.dataset().name(), "reviews");
  const v1::DatasetStatistics& statistics = description_.statistics();
  EXPECT_THAT(statistics.labels(),
              UnorderedElementsAre(Pair("pos", 20), Pair("neg", 20)));
  EXPECT_THAT(statistics.splits(),
              UnorderedElementsAre(Pair("train", 28), Pair("validation", 8),
                                   Pair("test", 4)));
  EXPECT_GT(statistics.tokens().median(), 0);
  EXPECT_GT(statistics.vocabulary(), 0);
  EXPECT_GT(statistics.padding().length(), 0);
  EXPECT_GT(statistics.coverage().tokens(), 0);
  EXPECT_LT(statistics.coverage().words(), 1);
  ASSERT_THAT(Describe("reviews"), IsGrpcOk());
  EXPECT_FALSE(description_.statistics().has_coverage());
}

TEST_F(DatasetServiceTest, DescribesHowLongTextsAreAndOfWhatWords) {
  UploadSamples();
  ASSERT_THAT(Describe("reviews"), IsGrpcOk());
  const v1::DatasetStatistics& statistics = description_.statistics();
  std::map<std::string, std::int64_t> texts;
  for (const v1::HistogramBin& bin : statistics.lengths()) {
    for (const auto& [label, count] : bin.texts()) texts[label] += count;
  }
  EXPECT_THAT(texts, UnorderedElementsAre(Pair("pos", 20), Pair("neg", 20)));
  ASSERT_GT(statistics.frequent_words_size(), 1);
  // Twice in each of the 40 reviews.
  EXPECT_EQ(statistics.frequent_words(0).word(), "film");
  EXPECT_EQ(statistics.frequent_words(0).count(), 80);
}

TEST_F(DatasetServiceTest, ListsFrequentWordsThatVectorsLack) {
  UploadSamples();
  ASSERT_THAT(UploadVectors("few", "film 1 2\nthe 3 4\n"), IsGrpcOk());
  v1::DescribeDatasetRequest request;
  request.set_name("reviews");
  request.set_vectors("few");
  ASSERT_THAT(Describe(request), IsGrpcOk());
  EXPECT_THAT(description_.statistics().coverage().unknown_words(), SizeIs(10));
  request.set_unknown_words(1);
  ASSERT_THAT(Describe(request), IsGrpcOk());
  const v1::Coverage& coverage = description_.statistics().coverage();
  ASSERT_THAT(coverage.unknown_words(), SizeIs(1));
  EXPECT_NE(coverage.unknown_words(0).word(), "film");
  EXPECT_EQ(coverage.unknown_words(0).count(), 40);
  request.set_unknown_words(1001);
  EXPECT_THAT(WrongFields(Describe(request)), ElementsAre("unknown_words"));
  request.set_unknown_words(-1);
  EXPECT_THAT(WrongFields(Describe(request)), ElementsAre("unknown_words"));
}

TEST_F(DatasetServiceTest, FindsTextsThatStandInOtherDatasetsToo) {
  UploadSamples();
  ASSERT_THAT(UploadDataset("more", SampleReviews(42)), IsGrpcOk());
  v1::DatasetHeader header;
  header.set_name("texts");
  header.set_unlabelled(true);
  ASSERT_THAT(UploadDataset(header,
                            "review\nelsewhere\n\"THE film no 0 was good, a "
                            "good  film\"\n"),
              IsGrpcOk());
  v1::DescribeDatasetRequest request;
  request.set_name("reviews");
  request.add_compare_with("*");
  ASSERT_THAT(Describe(request), IsGrpcOk());
  ASSERT_THAT(description_.overlaps(), SizeIs(2));
  const v1::DatasetOverlap& more = description_.overlaps(0);
  EXPECT_EQ(more.dataset(), "more");
  EXPECT_EQ(more.rows(), 40);
  EXPECT_THAT(more.splits(),
              UnorderedElementsAre(Pair("train", 28), Pair("validation", 8),
                                   Pair("test", 4)));
  EXPECT_EQ(more.other_splits().size(), 3);
  const v1::DatasetOverlap& texts = description_.overlaps(1);
  EXPECT_EQ(texts.dataset(), "texts");
  EXPECT_EQ(texts.rows(), 1);
  EXPECT_THAT(texts.other_splits(), IsEmpty());

  request.set_name("texts");
  request.set_compare_with(0, "reviews");
  ASSERT_THAT(Describe(request), IsGrpcOk());
  EXPECT_TRUE(description_.dataset().unlabelled());
  EXPECT_THAT(description_.statistics().labels(), IsEmpty());
  EXPECT_THAT(description_.statistics().splits(), IsEmpty());
  ASSERT_THAT(description_.overlaps(), SizeIs(1));
  EXPECT_EQ(description_.overlaps(0).rows(), 1);
  EXPECT_THAT(description_.overlaps(0).splits(), IsEmpty());
  EXPECT_EQ(description_.overlaps(0).other_splits().size(), 3);
}

TEST_F(DatasetServiceTest, ComparesWithWhatIsThereAndAnother) {
  UploadSamples();
  v1::DescribeDatasetRequest request;
  request.set_name("reviews");
  request.add_compare_with("elsewhere");
  EXPECT_THAT(Describe(request),
              GrpcCodeIs(StatusCode::NOT_FOUND, "elsewhere"));
  request.set_compare_with(0, "*");
  request.add_compare_with("reviews");
  EXPECT_THAT(WrongFields(Describe(request)),
              ElementsAre("compare_with[0]", "compare_with[1]"));
  while (request.compare_with_size() < 101) request.add_compare_with("x");
  EXPECT_THAT(WrongFields(Describe(request)), ElementsAre("compare_with"));
  // All others are none here.
  request.clear_compare_with();
  request.add_compare_with("*");
  ASSERT_THAT(Describe(request), IsGrpcOk());
  EXPECT_THAT(description_.overlaps(), IsEmpty());
}

TEST_F(DatasetServiceTest, DescribeRefusesWhatIsWrong) {
  UploadSamples();
  EXPECT_THAT(Describe("elsewhere"),
              GrpcCodeIs(StatusCode::NOT_FOUND, "elsewhere"));
  EXPECT_THAT(Describe("reviews", "nowhere"),
              GrpcCodeIs(StatusCode::NOT_FOUND, "nowhere"));
  EXPECT_THAT(WrongFields(Describe("No", "Way")),
              ElementsAre("name", "vectors"));
}

TEST_F(DatasetServiceTest, DescribeFindsWhatHasChanged) {
  UploadSamples();
  Damage(Stored("vectors/words/vectors"), "0.4", "0.5");
  EXPECT_THAT(Describe("reviews", "words"),
              GrpcCodeIs(StatusCode::DATA_LOSS, "vectors/words/vectors"));
  EXPECT_THAT(Describe("reviews"), IsGrpcOk());
  Damage(Stored("datasets/reviews/rows.csv"), "good", "gold");
  EXPECT_THAT(Describe("reviews"),
              GrpcCodeIs(StatusCode::DATA_LOSS, "datasets/reviews/rows.csv"));
}

TEST_F(DatasetServiceTest, ADeadlineThatPassesEndsADescription) {
  UploadSamples();
  HeldFile rows(Stored("datasets/reviews/rows.csv"));
  PendingDescription call;
  SetServerDeadline(call.context(), std::chrono::milliseconds(50));
  Begin(call);
  EXPECT_THAT(call.Wait(), GrpcCodeIs(StatusCode::DEADLINE_EXCEEDED));
  TrickleUntilNoneInFlight(rows, kDescribe);
  EXPECT_EQ(Ended(kDescribe, "DEADLINE_EXCEEDED"), 1);
}

TEST_F(DatasetServiceTest, ACallerWhoLeavesEndsADescription) {
  UploadSamples();
  HeldFile rows(Stored("datasets/reviews/rows.csv"));
  PendingDescription call;
  Begin(call);
  WaitUntilInFlight(kDescribe);
  call.context().TryCancel();
  EXPECT_THAT(call.Wait(), GrpcCodeIs(StatusCode::CANCELLED));
  TrickleUntilNoneInFlight(rows, kDescribe);
  EXPECT_EQ(Ended(kDescribe, "CANCELLED"), 1);
}

TEST_F(DatasetServiceTest, ListsVectors) {
  UploadSamples();
  ASSERT_THAT(ListVectors({}), IsGrpcOk());
  ASSERT_THAT(vectors_list_.vectors(), SizeIs(1));
  EXPECT_EQ(vectors_list_.vectors(0).name(), "words");
}

TEST_F(DatasetServiceTest, ListVectorsRefusesBadPages) {
  v1::ListVectorsRequest request;
  request.set_page_size(-1);
  EXPECT_THAT(WrongFields(ListVectors(request)), ElementsAre("page_size"));
  request.Clear();
  request.set_page_token("made up");
  EXPECT_THAT(WrongFields(ListVectors(request)), ElementsAre("page_token"));
}

TEST_F(DatasetServiceTest, DeletesWhatNobodyUses) {
  UploadSamples();
  EXPECT_THAT(DeleteDataset("reviews"), IsGrpcOk());
  EXPECT_THAT(DeleteVectors("words"), IsGrpcOk());
  EXPECT_THAT(DeleteDataset("reviews"), GrpcCodeIs(StatusCode::NOT_FOUND));
  EXPECT_THAT(DeleteVectors("words"), GrpcCodeIs(StatusCode::NOT_FOUND));
  EXPECT_THAT(WrongFields(DeleteDataset("../models")), ElementsAre("name"));
  EXPECT_THAT(WrongFields(DeleteVectors("")), ElementsAre("name"));
  ExpectNoUploads();
}

TEST_F(DatasetServiceTest, KeepsWhatAJobUses) {
  UploadSamples();
  v1::TrainRequest request = SampleTrainRequest();
  request.set_epochs(10000);
  const std::string job = Train(request);
  EXPECT_THAT(DeleteDataset("reviews"),
              GrpcCodeIs(StatusCode::FAILED_PRECONDITION, job));
  EXPECT_THAT(DeleteVectors("words"),
              GrpcCodeIs(StatusCode::FAILED_PRECONDITION, job));
}

TEST_F(DatasetServiceTest, KeepsTheVectorsOfAModelVersion) {
  StopServer();
  PublishTinyModel("tiny");
  StartServer();
  UploadSamples();
  EXPECT_THAT(DeleteVectors("words"),
              GrpcCodeIs(StatusCode::FAILED_PRECONDITION, "tiny@1"));
}

}  // namespace
}  // namespace carousel
