// carousel admin backup and log_level
#include <string>

#include "core/base/sha256.h"
#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AdminTest : public CliTest {
 protected:
  void SetUp() override {
    server_.backup = [](const auto&, auto& writer) {
      v1::BackupResponse piece;
      piece.set_data("archive");
      piece.set_file_bytes(5);
      piece.set_sha256(ToHex(Sha256Of("archive")));
      writer.Write(piece);
      return grpc::Status::OK;
    };
  }
};

TEST_F(AdminTest, BackupWritesTheFileAndSaysItsChecksum) {
  const std::string file = folder_ / "backup.tar";
  const Outcome outcome = Run({"admin", "backup", file});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr(ToHex(Sha256Of("archive"))));
  EXPECT_THAT(ReadFile(file), IsOkAndHolds("archive"));
}

TEST_F(AdminTest, BackupHasItsFields) {
  const std::string file = folder_ / "backup.tar";
  const auto json = Run({"admin", "backup", file, "--json"}).Json();
  EXPECT_THAT(Keys(json), ElementsAre("file", "bytes", "sha256"));
  EXPECT_EQ(json["file"], file);
  EXPECT_EQ(json["bytes"], 7);
}

TEST_F(AdminTest, AFolderThatIsNotThereIsNotFound) {
  const Outcome outcome = Run({"admin", "backup", folder_ / "none/backup.tar"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("none"));
}

TEST_F(AdminTest, LogLevelShowsTheLevel) {
  server_.get_log_level = [](const auto&, auto& response) {
    response.set_level(v1::LOG_LEVEL_WARNING);
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"admin", "log_level"}).out, "warning\n");
  EXPECT_EQ(Run({"admin", "log_level", "--json"}).Json(),
            nlohmann::ordered_json({{"level", "warning"}}));
}

TEST_F(AdminTest, LogLevelChangesIt) {
  server_.set_log_level = [](const auto& request, auto& response) {
    EXPECT_EQ(request.level(), v1::LOG_LEVEL_DEBUG);
    response.set_previous_level(v1::LOG_LEVEL_INFO);
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"admin", "log_level", "debug"}).out,
            "The log level is debug; it was info.\n");
  EXPECT_EQ(
      Run({"admin", "log_level", "debug", "--json"}).Json(),
      nlohmann::ordered_json({{"level", "debug"}, {"previous_level", "info"}}));
}

TEST_F(AdminTest, AnUnknownLogLevelIsRefused) {
  for (const char* level : {"loud", "unspecified"}) {
    const Outcome outcome = Run({"admin", "log_level", level});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err,
                HasSubstr(std::string(level) +
                          " is no level; it must be trace, debug, info"));
  }
}

}  // namespace
}  // namespace carousel::client
