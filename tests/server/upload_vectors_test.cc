// DatasetService/UploadVectors through a real server.
#include <grpcpp/client_context.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

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

constexpr char kMethod[] = "DatasetService/UploadVectors";

class UploadVectorsTest : public ServerFixture {
 protected:
  void SetUp() override { StartServer(); }

  // SampleVectors with a vocabulary file in pieces; with its checksum, or with
  // `sha256`.
  grpc::Status UploadWithCounts(const std::string& name,
                                const std::vector<std::string>& pieces,
                                v1::UploadVectorsResponse* response = nullptr,
                                const std::string& sha256 = "") {
    grpc::ClientContext context;
    v1::UploadVectorsResponse own_response;
    const auto writer = datasets_->UploadVectors(
        &context, response == nullptr ? &own_response : response);
    v1::UploadVectorsRequest request;
    request.mutable_header()->set_name(name);
    writer->Write(request);
    std::string whole;
    for (const std::string& piece : pieces) {
      request.set_vocabulary_data(piece);
      writer->Write(request);
      whole += piece;
    }
    request.set_data(SampleVectors());
    writer->Write(request);
    request.mutable_end()->set_sha256(ToHex(Sha256Of(SampleVectors())));
    request.mutable_end()->set_vocabulary_sha256(
        sha256.empty() ? ToHex(Sha256Of(whole)) : sha256);
    writer->Write(request);
    writer->WritesDone();
    return writer->Finish();
  }
};

TEST_F(UploadVectorsTest, ImportsVectorsOnce) {
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
  EXPECT_TRUE(std::filesystem::is_empty(Stored("tmp")));
}

TEST_F(UploadVectorsTest, ImportsTheBinaryFormat) {
  v1::VectorsHeader header;
  header.set_name("words");
  header.set_format("word2vec-binary");
  v1::UploadVectorsResponse response;
  const std::string binary =
      std::string("1 2\ngood ") + std::string("\0\0\x80\x3F\0\0\0\x40", 8);
  ASSERT_THAT(UploadVectors(header, binary, &response), IsGrpcOk());
  EXPECT_EQ(response.vectors().format(), "word2vec-binary");
  EXPECT_EQ(response.vectors().dimension(), 2);
  header.set_name("others");
  EXPECT_THAT(WrongFields(UploadVectors(header, SampleVectors())),
              ElementsAre("format"));
  EXPECT_THAT(UploadVectors(header, binary.substr(0, binary.size() - 1)),
              GrpcCodeIs(StatusCode::DATA_LOSS, "word 1 (\"good\")"));
}

TEST_F(UploadVectorsTest, KeepsTheCountsThatComeWithVectors) {
  v1::UploadVectorsResponse response;
  ASSERT_THAT(UploadWithCounts("words", {"good 3\nbad ", "1\n"}, &response),
              IsGrpcOk());
  EXPECT_TRUE(response.is_new());
  EXPECT_TRUE(response.vectors().has_counts());
  EXPECT_EQ(response.without_count(), response.vectors().words() - 2);
  std::ifstream file(Stored("vectors/words/counts"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}),
            "good 3\nbad 1\n");
  // They belong to the content: without them, or with others, it is another.
  ASSERT_THAT(UploadWithCounts("words", {"good 3\nbad 1\n"}, &response),
              IsGrpcOk());
  EXPECT_FALSE(response.is_new());
  EXPECT_THAT(UploadWithCounts("words", {"good 4\nbad 1\n"}),
              GrpcCodeIs(StatusCode::ALREADY_EXISTS));
  EXPECT_THAT(UploadVectors("words", SampleVectors()),
              GrpcCodeIs(StatusCode::ALREADY_EXISTS));
  ASSERT_THAT(UploadVectors("bare", SampleVectors(), &response), IsGrpcOk());
  EXPECT_FALSE(response.vectors().has_counts());
  EXPECT_TRUE(std::filesystem::is_empty(Stored("tmp")));
}

TEST_F(UploadVectorsTest, RefusesCountsThatAreNone) {
  EXPECT_THAT(UploadWithCounts("words", {"good\n"}),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT,
                         "the vocabulary file: line 1: it has 1 fields"));
  EXPECT_THAT(
      UploadWithCounts("words", {"zebra 3\n"}),
      GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "is it that of other vectors?"));
  const grpc::Status changed =
      UploadWithCounts("words", {"good 3\n"}, nullptr, "abc");
  EXPECT_THAT(changed, GrpcCodeIs(StatusCode::DATA_LOSS,
                                  "what arrived of the vocabulary file"));
  EXPECT_EQ(ReasonOf(changed), "CHECKSUM_MISMATCH");
  EXPECT_THAT(
      UploadWithCounts("words", {}, nullptr, ToHex(Sha256Of(""))),
      GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "the vocabulary file is empty"));
  ExpectNoUploads();
}

TEST_F(UploadVectorsTest, CountsComeBeforeTheVectors) {
  grpc::ClientContext context;
  v1::UploadVectorsResponse response;
  const auto writer = datasets_->UploadVectors(&context, &response);
  v1::UploadVectorsRequest request;
  request.mutable_header()->set_name("words");
  writer->Write(request);
  request.set_data(SampleVectors());
  writer->Write(request);
  request.set_vocabulary_data("good 3\n");
  writer->Write(request);
  EXPECT_THAT(writer->Finish(),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "comes after"));
  ExpectNoUploads();
}

TEST_F(UploadVectorsTest, VectorsMustBeWhatTheirHeaderSays) {
  for (const std::string format : {"word2vec", "numpy"}) {
    v1::VectorsHeader header;
    header.set_name("words");
    header.set_format(format);
    EXPECT_THAT(WrongFields(UploadVectors(header, SampleVectors())),
                ElementsAre("format"))
        << format;
  }
  ExpectNoUploads();
}

TEST_F(UploadVectorsTest, AnImageIsNoVectors) {
  EXPECT_THAT(UploadVectors("words", "\x89PNG\r\n\x1a\n\n\xff\xd8"),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
  ExpectNoUploads();
}

TEST_F(UploadVectorsTest, HeaderNamesAllThatIsWrong) {
  v1::VectorsHeader header;
  header.set_name("../words");
  header.set_format("numpy");
  EXPECT_THAT(WrongFields(UploadVectors(header, SampleVectors())),
              ElementsAre("name", "format"));
  ExpectNoUploads();
}

TEST_F(UploadVectorsTest, ABadLineIsNamed) {
  EXPECT_THAT(UploadVectors("words", "good 1 2\nbad 1 nan\n"),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "line 2"));
  ExpectNoUploads();
}

TEST_F(UploadVectorsTest, AWrongChecksumIsDataLoss) {
  grpc::ClientContext context;
  v1::UploadVectorsResponse response;
  const auto writer = datasets_->UploadVectors(&context, &response);
  v1::UploadVectorsRequest request;
  request.mutable_header()->set_name("words");
  writer->Write(request);
  request.set_data(SampleVectors());
  writer->Write(request);
  request.mutable_end()->set_sha256("abc");
  writer->Write(request);
  const grpc::Status status = writer->Finish();
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::DATA_LOSS, "abc"));
  EXPECT_EQ(ReasonOf(status), "CHECKSUM_MISMATCH");
  ExpectNoUploads();
}

TEST_F(UploadVectorsTest, ACutGzipIsDataLoss) {
  const std::string whole = Gzip(SampleVectors());
  EXPECT_THAT(UploadVectors("words", whole.substr(0, whole.size() - 20)),
              GrpcCodeIs(StatusCode::DATA_LOSS,
                         "the uploaded file: the gzip stream is broken"));
  ExpectNoUploads();
}

TEST_F(UploadVectorsTest, FewerWordsThanTheFileAnnouncesAreDataLoss) {
  EXPECT_THAT(UploadVectors("words", "3 2\ngood 1 2\nbad 3 4\n"),
              GrpcCodeIs(StatusCode::DATA_LOSS, "with 2 words"));
  ExpectNoUploads();
}

TEST_F(UploadVectorsTest, TooLargeAFileNamesTheLimit) {
  StopServer();
  options_.max_upload_bytes = 100;
  StartServer();
  const grpc::Status status = UploadVectors("words", SampleVectors());
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "100"));
  EXPECT_EQ(ReasonOf(status), "UPLOAD_TOO_LARGE");
  ExpectNoUploads();
}

TEST_F(UploadVectorsTest, NothingIsKeptOfAnUploadThatBreaksOff) {
  grpc::ClientContext context;
  v1::UploadVectorsResponse response;
  const auto writer = datasets_->UploadVectors(&context, &response);
  v1::UploadVectorsRequest request;
  request.mutable_header()->set_name("words");
  ASSERT_TRUE(writer->Write(request));
  while (std::filesystem::is_empty(Stored("tmp"))) std::this_thread::yield();
  EXPECT_EQ(InFlight(kMethod), 1);
  context.TryCancel();
  EXPECT_THAT(writer->Finish(), GrpcCodeIs(StatusCode::CANCELLED));
  WaitUntilNoneInFlight(kMethod);
  EXPECT_EQ(Ended(kMethod, "CANCELLED"), 1);
  ExpectNoUploads();
}

TEST_F(UploadVectorsTest, NothingIsKeptOfAnUploadThatMeetsItsDeadline) {
  grpc::ClientContext context;
  SetServerDeadline(context, std::chrono::milliseconds(200));
  v1::UploadVectorsResponse response;
  const auto writer = datasets_->UploadVectors(&context, &response);
  v1::UploadVectorsRequest request;
  request.mutable_header()->set_name("words");
  writer->Write(request);
  EXPECT_THAT(writer->Finish(), GrpcCodeIs(StatusCode::DEADLINE_EXCEEDED));
  WaitUntilNoneInFlight(kMethod);
  EXPECT_EQ(Ended(kMethod, "DEADLINE_EXCEEDED"), 1);
  ExpectNoUploads();
}

}  // namespace
}  // namespace carousel
