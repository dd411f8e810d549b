#include "server/dataset_service.h"

#include <grpcpp/client_context.h>

#include <filesystem>
#include <string>

#include "absl/strings/ascii.h"
#include "core/base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/grpc_status.h"
#include "tests/support/gzip.h"
#include "tests/support/sample_data.h"
#include "tests/support/server_fixture.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class DatasetServiceTest : public ServerFixture {
 protected:
  void SetUp() override { StartServer(); }

  // An upload of one header, one piece of data and one end, each only if given.
  struct Parts {
    const v1::DatasetHeader* header = nullptr;
    const char* data = nullptr;
    const char* sha256 = nullptr;
  };
  grpc::Status Upload(const Parts& parts) {
    grpc::ClientContext context;
    v1::UploadDatasetResponse response;
    const auto writer = datasets_->UploadDataset(&context, &response);
    v1::UploadDatasetRequest request;
    if (parts.header != nullptr) {
      *request.mutable_header() = *parts.header;
      writer->Write(request);
    }
    if (parts.data != nullptr) {
      request.set_data(parts.data);
      writer->Write(request);
    }
    if (parts.sha256 != nullptr) {
      request.mutable_end()->set_sha256(parts.sha256);
      writer->Write(request);
    }
    writer->WritesDone();
    return writer->Finish();
  }

  v1::ListDatasetsResponse ListDatasets() {
    grpc::ClientContext context;
    v1::ListDatasetsResponse response;
    EXPECT_THAT(datasets_->ListDatasets(&context, {}, &response), IsGrpcOk());
    return response;
  }

  grpc::Status Describe(const std::string& name,
                        const std::string& vectors = "") {
    grpc::ClientContext context;
    v1::DescribeDatasetRequest request;
    request.set_name(name);
    request.set_vectors(vectors);
    description_.Clear();
    return datasets_->DescribeDataset(&context, request, &description_);
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

  // Nothing may be left of an upload that was not kept.
  void ExpectNothingLeft() {
    EXPECT_THAT(ListDatasets().datasets(), IsEmpty());
    for (const char* folder : {"tmp", "datasets", "vectors"}) {
      EXPECT_TRUE(std::filesystem::is_empty(options_.data_dir / folder))
          << folder;
    }
  }

  v1::DescribeDatasetResponse description_;
};

v1::DatasetHeader Header(const std::string& name) {
  v1::DatasetHeader header;
  header.set_name(name);
  return header;
}

TEST_F(DatasetServiceTest, ImportsADatasetOnce) {
  v1::UploadDatasetResponse response;
  ASSERT_THAT(UploadDataset("reviews", SampleReviews(), &response), IsGrpcOk());
  EXPECT_TRUE(response.is_new());
  EXPECT_EQ(response.dataset().name(), "reviews");
  EXPECT_EQ(response.dataset().rows(), 40);
  EXPECT_THAT(response.dataset().sha256(), SizeIs(64));
  EXPECT_TRUE(response.dataset().has_created_at());
  const std::string sha256 = response.dataset().sha256();
  ASSERT_THAT(UploadDataset("reviews", SampleReviews(), &response), IsGrpcOk());
  EXPECT_FALSE(response.is_new());
  EXPECT_EQ(response.dataset().sha256(), sha256);
  EXPECT_TRUE(std::filesystem::is_empty(options_.data_dir / "tmp"));
}

TEST_F(DatasetServiceTest, OtherContentUnderANameIsRefused) {
  ASSERT_THAT(UploadDataset("reviews", SampleReviews()), IsGrpcOk());
  EXPECT_THAT(UploadDataset("reviews", SampleReviews(42)),
              GrpcCodeIs(StatusCode::ALREADY_EXISTS, "reviews"));
  EXPECT_EQ(ListDatasets().datasets(0).rows(), 40);
}

TEST_F(DatasetServiceTest, TheSameFileReadOtherwiseIsOtherContent) {
  const std::string csv = "review,sentiment\ngood,pos\nbad,neg\n";
  const std::string sha256 = ToHex(Sha256Of(csv));
  v1::DatasetHeader header = Header("reviews");
  header.set_split("100/0/0");
  ASSERT_THAT(Upload({&header, csv.c_str(), sha256.c_str()}), IsGrpcOk());
  ASSERT_THAT(Upload({&header, csv.c_str(), sha256.c_str()}), IsGrpcOk());
  header.set_split_seed(2);
  EXPECT_THAT(Upload({&header, csv.c_str(), sha256.c_str()}),
              GrpcCodeIs(StatusCode::ALREADY_EXISTS));
}

TEST_F(DatasetServiceTest, ReadsGzipAndAChecksumInCapitals) {
  const std::string csv = Gzip(SampleReviews());
  grpc::ClientContext context;
  v1::UploadDatasetResponse response;
  const auto writer = datasets_->UploadDataset(&context, &response);
  v1::UploadDatasetRequest request;
  *request.mutable_header() = Header("reviews");
  writer->Write(request);
  request.set_data(csv);
  writer->Write(request);
  request.mutable_end()->set_sha256(
      absl::AsciiStrToUpper(ToHex(Sha256Of(csv))));
  writer->Write(request);
  ASSERT_THAT(writer->Finish(), IsGrpcOk());
  EXPECT_EQ(response.dataset().rows(), 40);
}

TEST_F(DatasetServiceTest, AWrongChecksumIsDataLoss) {
  const v1::DatasetHeader header = Header("reviews");
  const grpc::Status status =
      Upload({&header, "review,sentiment\ngood,pos\n", "abc"});
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::DATA_LOSS, "abc"));
  EXPECT_EQ(ReasonOf(status), "CHECKSUM_MISMATCH");
  ExpectNothingLeft();
}

TEST_F(DatasetServiceTest, HeaderNamesAllThatIsWrong) {
  v1::DatasetHeader header = Header("No Name");
  header.set_text_column("same");
  header.set_label_column("same");
  header.set_split("70/20/20");
  const grpc::Status status = Upload({&header, "x", "y"});
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
  EXPECT_THAT(WrongFields(status),
              ElementsAre("name", "label_column", "split"));
  ExpectNothingLeft();
}

TEST_F(DatasetServiceTest, AnUploadOutOfOrderIsRefused) {
  const v1::DatasetHeader header = Header("reviews");
  EXPECT_THAT(Upload({nullptr, "data", nullptr}),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "header"));
  EXPECT_THAT(Upload({nullptr, nullptr, "sha"}),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "header"));
  EXPECT_THAT(Upload({&header, nullptr, "sha"}),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "empty"));
  EXPECT_THAT(Upload({&header, "data", nullptr}),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "end message"));
  ExpectNothingLeft();
}

TEST_F(DatasetServiceTest, ASecondHeaderAndAnEmptyMessageAreRefused) {
  for (const bool second_header : {true, false}) {
    grpc::ClientContext context;
    v1::UploadDatasetResponse response;
    const auto writer = datasets_->UploadDataset(&context, &response);
    v1::UploadDatasetRequest request;
    *request.mutable_header() = Header("reviews");
    writer->Write(request);
    if (!second_header) request.Clear();
    writer->Write(request);
    EXPECT_THAT(writer->Finish(), GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
  }
  ExpectNothingLeft();
}

TEST_F(DatasetServiceTest, NothingIsKeptOfAnUploadThatBreaksOff) {
  grpc::ClientContext context;
  v1::UploadDatasetResponse response;
  const auto writer = datasets_->UploadDataset(&context, &response);
  v1::UploadDatasetRequest request;
  *request.mutable_header() = Header("reviews");
  writer->Write(request);
  request.set_data("review,sentiment\ngood,pos\n");
  writer->Write(request);
  context.TryCancel();
  EXPECT_THAT(writer->Finish(), GrpcCodeIs(StatusCode::CANCELLED));
  server_->Shutdown();  // waits for the call's end on the server's side
  EXPECT_TRUE(std::filesystem::is_empty(options_.data_dir / "tmp"));
  EXPECT_TRUE(std::filesystem::is_empty(options_.data_dir / "datasets"));
}

TEST_F(DatasetServiceTest, AnUploadThatTakesTooLongMeetsItsDeadline) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::milliseconds(200));
  v1::UploadDatasetResponse response;
  const auto writer = datasets_->UploadDataset(&context, &response);
  EXPECT_THAT(writer->Finish(), GrpcCodeIs(StatusCode::DEADLINE_EXCEEDED));
}

TEST_F(DatasetServiceTest, TooLargeAFileNamesTheLimit) {
  StopServer();
  options_.max_upload_bytes = 500;
  StartServer();
  const grpc::Status status = UploadDataset("reviews", SampleReviews());
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "500"));
  EXPECT_EQ(ReasonOf(status), "UPLOAD_TOO_LARGE");
  ExpectNothingLeft();
}

TEST_F(DatasetServiceTest, TooLargeAPieceNamesTheLimit) {
  const v1::DatasetHeader header = Header("reviews");
  const std::string piece((1 << 20) + 1, 'x');
  EXPECT_THAT(Upload({&header, piece.c_str(), nullptr}),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "1048576"));
  ExpectNothingLeft();
}

TEST_F(DatasetServiceTest, ABadRowIsNamed) {
  EXPECT_THAT(UploadDataset("reviews", "id,review,sentiment\n1,good,maybe\n"),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "row 1"));
  EXPECT_THAT(UploadDataset("reviews", "id,text,sentiment\n1,good,pos\n"),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "review"));
  ExpectNothingLeft();
}

TEST_F(DatasetServiceTest, ListsDatasetsInPages) {
  UploadSamples();
  ASSERT_THAT(UploadDataset("another", SampleReviews(42)), IsGrpcOk());
  grpc::ClientContext context;
  v1::ListDatasetsRequest request;
  request.set_page_size(1);
  v1::ListDatasetsResponse response;
  ASSERT_THAT(datasets_->ListDatasets(&context, request, &response),
              IsGrpcOk());
  ASSERT_THAT(response.datasets(), SizeIs(1));
  EXPECT_EQ(response.datasets(0).name(), "another");
  EXPECT_THAT(response.next_page_token(), Not(IsEmpty()));
  grpc::ClientContext bad_context;
  request.set_page_size(-5);
  EXPECT_THAT(
      WrongFields(datasets_->ListDatasets(&bad_context, request, &response)),
      ElementsAre("page_size"));
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

TEST_F(DatasetServiceTest, DescribeRefusesWhatIsWrong) {
  UploadSamples();
  EXPECT_THAT(Describe("elsewhere"),
              GrpcCodeIs(StatusCode::NOT_FOUND, "elsewhere"));
  EXPECT_THAT(Describe("reviews", "nowhere"),
              GrpcCodeIs(StatusCode::NOT_FOUND, "nowhere"));
  EXPECT_THAT(WrongFields(Describe("No", "Way")),
              ElementsAre("name", "vectors"));
}

TEST_F(DatasetServiceTest, ImportsVectorsOnce) {
  v1::UploadVectorsResponse response;
  const std::string text = SampleVectors() + "good 1 1 1 1 1 1 1 1\n";
  ASSERT_THAT(UploadVectors("words", text, &response), IsGrpcOk());
  EXPECT_TRUE(response.is_new());
  EXPECT_EQ(response.duplicates(), 1);
  EXPECT_EQ(response.vectors().name(), "words");
  EXPECT_EQ(response.vectors().format(), "glove");
  EXPECT_EQ(response.vectors().words(), 12);
  EXPECT_EQ(response.vectors().dimension(), 8);
  EXPECT_EQ(response.vectors().bytes(), text.size());
  EXPECT_EQ(response.vectors().sha256(), ToHex(Sha256Of(text)));
  ASSERT_THAT(UploadVectors("words", text, &response), IsGrpcOk());
  EXPECT_FALSE(response.is_new());
  EXPECT_THAT(UploadVectors("words", SampleVectors()),
              GrpcCodeIs(StatusCode::ALREADY_EXISTS, "words"));
  EXPECT_TRUE(std::filesystem::is_empty(options_.data_dir / "tmp"));
}

TEST_F(DatasetServiceTest, VectorsMustBeWhatTheirHeaderSays) {
  const std::string text = SampleVectors();
  for (const std::string format : {"word2vec", "numpy"}) {
    grpc::ClientContext context;
    v1::UploadVectorsResponse response;
    const auto writer = datasets_->UploadVectors(&context, &response);
    v1::UploadVectorsRequest request;
    request.mutable_header()->set_name("words");
    request.mutable_header()->set_format(format);
    writer->Write(request);
    request.set_data(text);
    writer->Write(request);
    request.mutable_end()->set_sha256(ToHex(Sha256Of(text)));
    writer->Write(request);
    const grpc::Status status = writer->Finish();
    EXPECT_THAT(WrongFields(status), ElementsAre("format")) << format;
  }
  ExpectNothingLeft();
}

TEST_F(DatasetServiceTest, AnImageIsNoVectors) {
  EXPECT_THAT(UploadVectors("words", "\x89PNG\r\n\x1a\n\n\xff\xd8"),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
  ExpectNothingLeft();
}

TEST_F(DatasetServiceTest, ListsVectors) {
  UploadSamples();
  grpc::ClientContext context;
  v1::ListVectorsResponse response;
  ASSERT_THAT(datasets_->ListVectors(&context, {}, &response), IsGrpcOk());
  ASSERT_THAT(response.vectors(), SizeIs(1));
  EXPECT_EQ(response.vectors(0).name(), "words");
  grpc::ClientContext bad_context;
  v1::ListVectorsRequest request;
  request.set_page_size(-1);
  EXPECT_THAT(
      WrongFields(datasets_->ListVectors(&bad_context, request, &response)),
      ElementsAre("page_size"));
}

TEST_F(DatasetServiceTest, DeletesWhatNobodyUses) {
  UploadSamples();
  EXPECT_THAT(DeleteDataset("reviews"), IsGrpcOk());
  EXPECT_THAT(DeleteVectors("words"), IsGrpcOk());
  EXPECT_THAT(DeleteDataset("reviews"), GrpcCodeIs(StatusCode::NOT_FOUND));
  EXPECT_THAT(DeleteVectors("words"), GrpcCodeIs(StatusCode::NOT_FOUND));
  EXPECT_THAT(WrongFields(DeleteDataset("../models")), ElementsAre("name"));
  EXPECT_THAT(WrongFields(DeleteVectors("")), ElementsAre("name"));
  ExpectNothingLeft();
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

}  // namespace
}  // namespace carousel
