#include "client/upload.h"

#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/sha256.h"
#include "tests/client/fake_server.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Le;

class UploadTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& content) {
    std::string path = folder_ / "file.csv";
    EXPECT_OK(WriteFileAtomically(path, content));
    return path;
  }

  absl::StatusOr<v1::UploadDatasetResponse> Upload(const std::string& path) {
    v1::DatasetHeader header;
    header.set_name("imdb");
    header.set_split("80/10/10");
    return UploadDataset(client_, header, path,
                         [this](std::int64_t sent, std::int64_t size) {
                           sent_.push_back(sent);
                           size_ = size;
                         },
                         {});
  }

  TempDir folder_;
  FakeServer server_;
  Client client_{server_.address()};
  std::vector<std::int64_t> sent_;
  std::int64_t size_ = 0;
};

TEST_F(UploadTest, SendsHeaderPiecesAndChecksum) {
  const std::string content(3 * (1 << 20) / 2, 'x');
  server_.upload_dataset = [&content](auto& reader, auto& response) {
    v1::UploadDatasetRequest request;
    EXPECT_TRUE(reader.Read(&request));
    EXPECT_EQ(request.header().name(), "imdb");
    EXPECT_EQ(request.header().split(), "80/10/10");
    std::string received;
    while (reader.Read(&request) && request.has_data()) {
      EXPECT_THAT(request.data().size(), Le(std::size_t{1} << 20));
      received += request.data();
    }
    EXPECT_EQ(received, content);
    EXPECT_EQ(request.end().sha256(), ToHex(Sha256Of(content)));
    EXPECT_FALSE(reader.Read(&request));
    response.set_is_new(true);
    return grpc::Status::OK;
  };
  ASSERT_OK_AND_ASSIGN(const auto response, Upload(Write(content)));
  EXPECT_TRUE(response.is_new());
  EXPECT_THAT(sent_, ElementsAre(1 << 20, 3 * (1 << 20) / 2));
  EXPECT_EQ(size_, 3 * (1 << 20) / 2);
}

TEST_F(UploadTest, AnEmptyFileIsSentToo) {
  server_.upload_dataset = [](auto& reader, auto&) {
    v1::UploadDatasetRequest request;
    EXPECT_TRUE(reader.Read(&request) && request.has_header());
    EXPECT_TRUE(reader.Read(&request) && request.has_end());
    EXPECT_EQ(request.end().sha256(), ToHex(Sha256Of("")));
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT,
                        "the file is empty");
  };
  EXPECT_THAT(Upload(Write("")), StatusIs(absl::StatusCode::kInvalidArgument,
                                          "the file is empty"));
}

TEST_F(UploadTest, TheServerMayAnswerBeforeTheEnd) {
  server_.upload_dataset = [](auto& reader, auto&) {
    v1::UploadDatasetRequest request;
    reader.Read(&request);
    return grpc::Status(grpc::StatusCode::ALREADY_EXISTS, "it is there");
  };
  EXPECT_THAT(Upload(Write(std::string(20 << 20, 'x'))),
              StatusIs(absl::StatusCode::kAlreadyExists, "it is there"));
}

TEST_F(UploadTest, AFileThatCannotBeReadIsInvalidAndNamed) {
  EXPECT_THAT(
      Upload(folder_ / "none.csv"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("none.csv")));
  EXPECT_THAT(
      Upload(folder_.path()),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is a folder")));
}

TEST_F(UploadTest, AStopEndsAnUpload) {
  server_.upload_dataset = [](auto& reader, auto&) {
    v1::UploadDatasetRequest request;
    while (reader.Read(&request)) {
    }
    return grpc::Status::OK;
  };
  std::stop_source stop;
  v1::DatasetHeader header;
  EXPECT_THAT(UploadDataset(
                  client_, header, Write(std::string(20 << 20, 'x')),
                  [&stop](std::int64_t, std::int64_t) { stop.request_stop(); },
                  {.stop = stop.get_token()}),
              StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace carousel::client
