#include "client/backup.h"

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/sha256.h"
#include "tests/client/fake_server.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel::client {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Writer = grpc::ServerWriter<v1::BackupResponse>;

v1::BackupResponse Piece(const std::string& data,
                         const std::string& sha256 = "") {
  v1::BackupResponse piece;
  piece.set_data(data);
  piece.set_sha256(sha256);
  return piece;
}

std::string Hash(const std::string& content) {
  return ToHex(Sha256Of(content));
}

class BackupTest : public ::testing::Test {
 protected:
  BackupTest() { EXPECT_OK(WriteFileAtomically(file_, "the last backup")); }

  void Send(std::vector<v1::BackupResponse> pieces,
            grpc::Status status = grpc::Status::OK) {
    server_.backup = [pieces, status](const auto&, Writer& writer) {
      for (const auto& piece : pieces) writer.Write(piece);
      return status;
    };
  }

  absl::StatusOr<WrittenBackup> Write() {
    return WriteBackup(client_, file_,
                       [this](std::int64_t received, std::int64_t bytes) {
                         progress_.push_back(received);
                         bytes_ = bytes;
                       },
                       {});
  }

  void ExpectTheLastBackupAlone() {
    EXPECT_THAT(ReadFile(file_), IsOkAndHolds("the last backup"));
    std::filesystem::remove(file_);
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  }

  TempDir folder_;
  const std::filesystem::path file_ = folder_ / "backup.tar";
  FakeServer server_;
  Client client_{server_.address()};
  std::vector<std::int64_t> progress_;
  std::int64_t bytes_ = 0;
};

TEST_F(BackupTest, ReplacesTheFileByTheWholeArchive) {
  v1::BackupResponse first = Piece("abc");
  first.set_file_bytes(5);
  Send({first, Piece("def"), Piece("", Hash("abcdef"))});
  ASSERT_OK_AND_ASSIGN(const WrittenBackup written, Write());
  EXPECT_EQ(written.bytes, 6);
  EXPECT_EQ(written.sha256, Hash("abcdef"));
  EXPECT_THAT(ReadFile(file_), IsOkAndHolds("abcdef"));
  EXPECT_THAT(progress_, ElementsAre(3, 6, 6));
  EXPECT_EQ(bytes_, 5);
}

TEST_F(BackupTest, ADamagedArchiveIsDataLoss) {
  Send({Piece("abc"), Piece("", Hash("abd"))});
  EXPECT_THAT(Write(), StatusIs(StatusCode::kDataLoss, HasSubstr(Hash("abd"))));
  ExpectTheLastBackupAlone();
}

TEST_F(BackupTest, AnArchiveWithoutItsEndIsDataLoss) {
  Send({Piece("abc")});
  EXPECT_THAT(Write(), StatusIs(StatusCode::kDataLoss));
  ExpectTheLastBackupAlone();
}

TEST_F(BackupTest, AnErrorOfTheServerLeavesTheLastBackup) {
  Send({Piece("abc")}, {grpc::StatusCode::DATA_LOSS, "a bad disk"});
  EXPECT_THAT(Write(),
              StatusIs(StatusCode::kDataLoss, HasSubstr("a bad disk")));
  ExpectTheLastBackupAlone();
}

}  // namespace
}  // namespace carousel::client
