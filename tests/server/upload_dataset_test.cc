// DatasetService/UploadDataset through a real server.
#include <grpcpp/client_context.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

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
using ::testing::SizeIs;

constexpr char kMethod[] = "DatasetService/UploadDataset";

class UploadDatasetTest : public ServerFixture {
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

  // Begins an upload and waits until a part of it lies in tmp/.
  std::unique_ptr<grpc::ClientWriter<v1::UploadDatasetRequest>> BeginUpload(
      grpc::ClientContext& context, v1::UploadDatasetResponse& response) {
    auto writer = datasets_->UploadDataset(&context, &response);
    v1::UploadDatasetRequest request;
    request.mutable_header()->set_name("reviews");
    EXPECT_TRUE(writer->Write(request));
    request.set_data("review,sentiment\ngood,pos\n");
    EXPECT_TRUE(writer->Write(request));
    while (std::filesystem::is_empty(Stored("tmp"))) std::this_thread::yield();
    return writer;
  }

  std::int64_t StoredRows(const std::string& name) {
    grpc::ClientContext context;
    v1::ListDatasetsResponse response;
    EXPECT_THAT(datasets_->ListDatasets(&context, {}, &response), IsGrpcOk());
    for (const v1::Dataset& dataset : response.datasets()) {
      if (dataset.name() == name) return dataset.rows();
    }
    return 0;
  }
};

v1::DatasetHeader Header(const std::string& name) {
  v1::DatasetHeader header;
  header.set_name(name);
  return header;
}

TEST_F(UploadDatasetTest, ImportsADatasetOnce) {
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
  EXPECT_TRUE(std::filesystem::is_empty(Stored("tmp")));
}

TEST_F(UploadDatasetTest, ImportsTextsWithoutLabels) {
  v1::DatasetHeader header = Header("texts");
  header.set_unlabelled(true);
  v1::UploadDatasetResponse response;
  ASSERT_THAT(UploadDataset(header, "review\ngood\nbad\n", &response),
              IsGrpcOk());
  EXPECT_TRUE(response.dataset().unlabelled());
  EXPECT_EQ(response.dataset().rows(), 2);
  ASSERT_THAT(UploadDataset(header, "review\ngood\nbad\n", &response),
              IsGrpcOk());
  EXPECT_FALSE(response.is_new());
  // The same bytes with their labels are another dataset.
  header.set_name("reviews");
  header.set_id_column("id");
  ASSERT_THAT(UploadDataset(header, SampleReviews()), IsGrpcOk());
  EXPECT_THAT(UploadDataset("reviews", SampleReviews()),
              GrpcCodeIs(StatusCode::ALREADY_EXISTS));
  ASSERT_THAT(UploadDataset("labelled", SampleReviews(), &response),
              IsGrpcOk());
  EXPECT_FALSE(response.dataset().unlabelled());
}

TEST_F(UploadDatasetTest, TextsWithoutLabelsAreNotSplit) {
  v1::DatasetHeader header = Header("texts");
  header.set_unlabelled(true);
  header.set_label_column("mood");
  header.set_split("70/20/10");
  header.set_split_seed(1);
  const grpc::Status status = UploadDataset(header, "review\ngood\n");
  EXPECT_THAT(WrongFields(status),
              ElementsAre("label_column", "split", "split_seed"));
  ExpectNoUploads();
}

TEST_F(UploadDatasetTest, OtherContentUnderANameIsRefused) {
  ASSERT_THAT(UploadDataset("reviews", SampleReviews()), IsGrpcOk());
  EXPECT_THAT(UploadDataset("reviews", SampleReviews(42)),
              GrpcCodeIs(StatusCode::ALREADY_EXISTS, "reviews"));
  EXPECT_EQ(StoredRows("reviews"), 40);
}

TEST_F(UploadDatasetTest, TheSameFileReadOtherwiseIsOtherContent) {
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

TEST_F(UploadDatasetTest, ReadsGzipAndAChecksumInCapitals) {
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

TEST_F(UploadDatasetTest, AWrongChecksumIsDataLoss) {
  const v1::DatasetHeader header = Header("reviews");
  const grpc::Status status =
      Upload({&header, "review,sentiment\ngood,pos\n", "abc"});
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::DATA_LOSS, "abc"));
  EXPECT_EQ(ReasonOf(status), "CHECKSUM_MISMATCH");
  ExpectNoUploads();
}

TEST_F(UploadDatasetTest, HeaderNamesAllThatIsWrong) {
  v1::DatasetHeader header = Header("No Name");
  header.set_text_column("same");
  header.set_label_column("same");
  header.set_split("70/20/20");
  const grpc::Status status = Upload({&header, "x", "y"});
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
  EXPECT_THAT(WrongFields(status),
              ElementsAre("name", "label_column", "split"));
  ExpectNoUploads();
}

TEST_F(UploadDatasetTest, AnUploadOutOfOrderIsRefused) {
  const v1::DatasetHeader header = Header("reviews");
  EXPECT_THAT(Upload({nullptr, "data", nullptr}),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "header"));
  EXPECT_THAT(Upload({nullptr, nullptr, "sha"}),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "header"));
  EXPECT_THAT(Upload({&header, nullptr, "sha"}),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "empty"));
  EXPECT_THAT(Upload({&header, "data", nullptr}),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "end message"));
  ExpectNoUploads();
}

TEST_F(UploadDatasetTest, ASecondHeaderAndAnEmptyMessageAreRefused) {
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
  ExpectNoUploads();
}

TEST_F(UploadDatasetTest, ACutGzipIsDataLoss) {
  const std::string whole = Gzip(SampleReviews());
  EXPECT_THAT(
      UploadDataset("reviews", whole.substr(0, whole.size() - 20)),
      GrpcCodeIs(StatusCode::DATA_LOSS,
                 "the uploaded file: the gzip stream is broken at byte"));
  ExpectNoUploads();
}

TEST_F(UploadDatasetTest, NothingIsKeptOfAnUploadThatBreaksOff) {
  grpc::ClientContext context;
  v1::UploadDatasetResponse response;
  const auto writer = BeginUpload(context, response);
  EXPECT_EQ(InFlight(kMethod), 1);
  context.TryCancel();
  EXPECT_THAT(writer->Finish(), GrpcCodeIs(StatusCode::CANCELLED));
  WaitUntilNoneInFlight(kMethod);
  EXPECT_EQ(Ended(kMethod, "CANCELLED"), 1);
  ExpectNoUploads();
}

TEST_F(UploadDatasetTest, NothingIsKeptOfAnUploadThatMeetsItsDeadline) {
  grpc::ClientContext context;
  SetServerDeadline(context, std::chrono::milliseconds(200));
  v1::UploadDatasetResponse response;
  const auto writer = datasets_->UploadDataset(&context, &response);
  v1::UploadDatasetRequest request;
  *request.mutable_header() = Header("reviews");
  writer->Write(request);
  EXPECT_THAT(writer->Finish(), GrpcCodeIs(StatusCode::DEADLINE_EXCEEDED));
  WaitUntilNoneInFlight(kMethod);
  EXPECT_EQ(Ended(kMethod, "DEADLINE_EXCEEDED"), 1);
  ExpectNoUploads();
}

TEST_F(UploadDatasetTest, TooLargeAFileNamesTheLimit) {
  StopServer();
  options_.max_upload_bytes = 500;
  StartServer();
  const grpc::Status status = UploadDataset("reviews", SampleReviews());
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "500"));
  EXPECT_EQ(ReasonOf(status), "UPLOAD_TOO_LARGE");
  ExpectNoUploads();
}

TEST_F(UploadDatasetTest, TooLargeAPieceNamesTheLimit) {
  const v1::DatasetHeader header = Header("reviews");
  const std::string piece((1 << 20) + 1, 'x');
  EXPECT_THAT(Upload({&header, piece.c_str(), nullptr}),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "1048576"));
  ExpectNoUploads();
}

TEST_F(UploadDatasetTest, ABadRowIsNamed) {
  EXPECT_THAT(UploadDataset("reviews", "id,review,sentiment\n1,good,maybe\n"),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "row 1"));
  EXPECT_THAT(UploadDataset("reviews", "id,text,sentiment\n1,good,pos\n"),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "review"));
  ExpectNoUploads();
}

}  // namespace
}  // namespace carousel
