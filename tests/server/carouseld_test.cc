// The program itself: flags, signals, exit codes.
#include <fcntl.h>
#include <grpcpp/create_channel.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "SQLiteCpp/SQLiteCpp.h"
#include "carousel/v1/admin.grpc.pb.h"
#include "carousel/v1/datasets.grpc.pb.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/held_file.h"
#include "tests/support/pending_call.h"
#include "tests/support/sample_data.h"
#include "tests/support/temp_dir.h"

extern char** environ;

namespace carousel {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CarouseldTest : public ::testing::Test {
 protected:
  ~CarouseldTest() override {
    if (process_ > 0) kill(process_, SIGKILL);
    if (process_ > 0) waitpid(process_, nullptr, 0);
  }

  // Starts the program with its own data folder and free ports, then `flags`.
  void Start(std::vector<std::string> flags) {
    flags.insert(
        flags.begin(),
        {CAROUSELD_BINARY, "--data_dir=" + data_dir(), "--listen=127.0.0.1:0",
         "--metrics_listen=127.0.0.1:0", "--device=cpu", "--threads=1"});
    std::vector<char*> arguments;
    for (std::string& flag : flags) arguments.push_back(flag.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO,
                                     output_path().c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO,
                                     error_path().c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ASSERT_EQ(posix_spawn(&process_, CAROUSELD_BINARY, &actions, nullptr,
                          arguments.data(), environ),
              0);
    posix_spawn_file_actions_destroy(&actions);
  }

  // The exit code, or minus the signal that ended it.
  int Wait() {
    int status = 0;
    waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  // Whether the program came to serve; false when it ended first.
  bool WaitUntilServing() {
    while (!std::filesystem::exists(data_dir() + "/address")) {
      if (waitpid(process_, nullptr, WNOHANG) != 0) {
        process_ = -1;
        return false;
      }
      std::this_thread::yield();
    }
    return true;
  }

  // Whether the program has that file open.
  bool HasOpen(const std::string& path) const {
    const std::filesystem::path file = std::filesystem::canonical(path);
    const std::string open_files = "/proc/" + std::to_string(process_) + "/fd";
    for (const auto& entry : std::filesystem::directory_iterator(open_files)) {
      std::error_code closed_meanwhile;
      if (std::filesystem::read_symlink(entry, closed_meanwhile) == file) {
        return true;
      }
    }
    return false;
  }

  static grpc::Status Upload(v1::DatasetService::Stub& datasets,
                             const std::string& name) {
    const std::string csv = SampleReviews();
    grpc::ClientContext context;
    v1::UploadDatasetResponse response;
    const auto writer = datasets.UploadDataset(&context, &response);
    v1::UploadDatasetRequest request;
    request.mutable_header()->set_name(name);
    writer->Write(request);
    request.set_data(csv);
    writer->Write(request);
    request.mutable_end()->set_sha256(ToHex(Sha256Of(csv)));
    writer->Write(request);
    return writer->Finish();
  }

  std::string WriteFile(const std::string& name, const std::string& content) {
    std::string path = folder_ / name;
    EXPECT_TRUE(WriteFileAtomically(path, content).ok());
    return path;
  }

  std::string Output() const { return ReadFile(output_path()).value(); }
  std::string Errors() const { return ReadFile(error_path()).value(); }

  std::string data_dir() const { return folder_ / "data"; }
  std::string output_path() const { return folder_ / "stdout"; }
  std::string error_path() const { return folder_ / "stderr"; }

  TempDir folder_;
  pid_t process_ = -1;
};

TEST_F(CarouseldTest, ExitsCleanlyOnEitherSignal) {
  for (const int signal_number : {SIGTERM, SIGINT}) {
    Start({});
    ASSERT_TRUE(WaitUntilServing()) << Errors();
    ASSERT_EQ(kill(process_, signal_number), 0);
    EXPECT_EQ(Wait(), 0) << Errors();
    EXPECT_FALSE(std::filesystem::exists(data_dir() + "/address"));
    EXPECT_THAT(Errors(), HasSubstr("stopped"));
  }
}

TEST_F(CarouseldTest, ACallThatHangsDoesNotKeepItFromEnding) {
  Start({"--drain_seconds=0"});
  ASSERT_TRUE(WaitUntilServing()) << Errors();
  const auto datasets = v1::DatasetService::NewStub(
      grpc::CreateChannel(ReadFile(data_dir() + "/address").value(),
                          grpc::InsecureChannelCredentials()));
  ASSERT_TRUE(Upload(*datasets, "reviews").ok());
  const std::string path = data_dir() + "/datasets/reviews/rows.csv";
  HeldFile rows(path);
  PendingCall<v1::DescribeDatasetRequest, v1::DescribeDatasetResponse> call;
  call.request().set_name("reviews");
  call.Start(datasets->async(),
             &v1::DatasetService::Stub::async::DescribeDataset);
  while (!HasOpen(path)) std::this_thread::yield();
  ASSERT_EQ(kill(process_, SIGTERM), 0);
  EXPECT_EQ(Wait(), 128 + SIGTERM) << Errors();
  EXPECT_THAT(Errors(), HasSubstr("did not let go"));
}

TEST_F(CarouseldTest, BadFlagsEndItWithTwo) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"--train_slots=0", "--train_slots is 0"},
      {"--listen=0.0.0.0:0", "--allow_open"},
      {"--engine=fast", "--engine is fast"},
      {"--log_level=loud", "--log_level is loud"},
      {"--data_dir=", "--data_dir is missing"},
      {"--key_file=", "--key_file is empty"},
      {"--key_file=/no/keys", "/no/keys"},
      {"--key_file=" + WriteFile("keys", "# keys\nroot\n"), "keys:2: "},
      {"--tls_cert=", "--tls_cert is empty"},
      {"--tls_key=key", "--tls_cert is missing"},
      {"--nonsense=x", "there is no flag --nonsense"},
      {"--train_slots=x", "--train_slots is \"x\""},
      {"--config", "--config needs a value"},
      {"surplus", "surplus"}};
  for (const auto& [flag, message] : cases) {
    Start({flag});
    EXPECT_EQ(Wait(), 2) << flag;
    EXPECT_THAT(Errors(), HasSubstr(message));
    EXPECT_THAT(Errors(), ::testing::StartsWith("carouseld: ")) << flag;
  }
}

TEST_F(CarouseldTest, AHangupReadsTheKeysAgain) {
  const std::string line = "admin " + ToHex(Sha256Of("key"));
  Start({"--key_file=" + WriteFile("keys", line + " alice\n")});
  ASSERT_TRUE(WaitUntilServing()) << Errors();
  WriteFile("keys", line + " alice\nnonsense\n");
  ASSERT_EQ(kill(process_, SIGHUP), 0);
  for (const char* line : {"signal=Hangup", "keys:2: "}) {
    while (Errors().find(line) == std::string::npos) std::this_thread::yield();
  }
  ASSERT_EQ(kill(process_, SIGTERM), 0);
  EXPECT_EQ(Wait(), 0) << Errors();
}

TEST_F(CarouseldTest, WithoutFilesToReadAHangupIsLogged) {
  Start({});
  ASSERT_TRUE(WaitUntilServing()) << Errors();
  ASSERT_EQ(kill(process_, SIGHUP), 0);
  while (Errors().find("no keys and certificates") == std::string::npos) {
    std::this_thread::yield();
  }
  ASSERT_EQ(kill(process_, SIGTERM), 0);
  EXPECT_EQ(Wait(), 0) << Errors();
}

TEST_F(CarouseldTest, AFolderOfANewerVersionIsRefusedAndLeftAsItIs) {
  Start({});
  ASSERT_TRUE(WaitUntilServing()) << Errors();
  ASSERT_EQ(kill(process_, SIGTERM), 0);
  ASSERT_EQ(Wait(), 0) << Errors();
  const std::string path = data_dir() + "/carousel.db";
  SQLite::Database(path, SQLite::OPEN_READWRITE)
      .exec("PRAGMA user_version = 99; CREATE TABLE later (x)");
  const std::string content = ReadFile(path).value();
  Start({});
  EXPECT_EQ(Wait(), 1);
  EXPECT_THAT(Errors(), HasSubstr(path));
  EXPECT_THAT(Errors(), HasSubstr("its schema is 99"));
  EXPECT_THAT(Errors(), HasSubstr("run the newer one"));
  EXPECT_EQ(ReadFile(path).value(), content);
  EXPECT_FALSE(std::filesystem::exists(data_dir() + "/address"));
}

TEST_F(CarouseldTest, ReadsAConfigFileAndTheCommandLineWins) {
  const std::string config = folder_ / "carouseld.conf";
  std::ofstream(config) << "engine = fast\n";
  Start({"--config=" + config});
  EXPECT_EQ(Wait(), 2);
  EXPECT_THAT(Errors(), HasSubstr("--engine is fast"));
  Start({"--engine=libtorch", "--config=" + config});
  ASSERT_TRUE(WaitUntilServing()) << Errors();
  ASSERT_EQ(kill(process_, SIGTERM), 0);
  EXPECT_EQ(Wait(), 0) << Errors();
}

TEST_F(CarouseldTest, AConfigFileThatIsWrongOrMissingEndsIt) {
  const std::string config = folder_ / "carouseld.conf";
  Start({"--config=" + config});
  EXPECT_EQ(Wait(), 1);
  EXPECT_THAT(Errors(), HasSubstr(config));
  std::ofstream(config) << "listen = 127.0.0.1:0\ntrain_slots = x\n";
  Start({"--config=" + config});
  EXPECT_EQ(Wait(), 2);
  EXPECT_THAT(Errors(), HasSubstr(config + ":2: train_slots is \"x\""));
}

TEST_F(CarouseldTest, RestoresABackupAndEnds) {
  Start({});
  ASSERT_TRUE(WaitUntilServing()) << Errors();
  const auto channel =
      grpc::CreateChannel(ReadFile(data_dir() + "/address").value(),
                          grpc::InsecureChannelCredentials());
  ASSERT_TRUE(Upload(*v1::DatasetService::NewStub(channel), "reviews").ok());
  std::ofstream backup(folder_ / "backup.tar", std::ios::binary);
  grpc::ClientContext context;
  const auto reader =
      v1::AdminService::NewStub(channel)->Backup(&context, v1::BackupRequest());
  for (v1::BackupResponse piece; reader->Read(&piece);) backup << piece.data();
  ASSERT_TRUE(reader->Finish().ok());
  backup.close();
  ASSERT_EQ(kill(process_, SIGTERM), 0);
  ASSERT_EQ(Wait(), 0) << Errors();

  const std::string restore = "--restore=" + (folder_ / "backup.tar").string();
  Start({restore});
  EXPECT_EQ(Wait(), 1) << "the folder is not empty";
  EXPECT_THAT(Errors(), HasSubstr("not empty"));
  std::filesystem::remove_all(data_dir());
  Start({restore});
  ASSERT_EQ(Wait(), 0) << Errors();
  EXPECT_TRUE(
      std::filesystem::exists(data_dir() + "/datasets/reviews/rows.csv"));
  Start({});
  ASSERT_TRUE(WaitUntilServing()) << Errors();
  ASSERT_EQ(kill(process_, SIGTERM), 0);
  EXPECT_EQ(Wait(), 0) << Errors();
}

TEST_F(CarouseldTest, ABadBackupEndsItWithOneAndLeavesNothing) {
  std::ofstream(folder_ / "backup.tar") << "no archive";
  Start({"--restore=" + (folder_ / "backup.tar").string()});
  EXPECT_EQ(Wait(), 1);
  EXPECT_THAT(Errors(), HasSubstr("backup.tar is no tar archive"));
  EXPECT_FALSE(std::filesystem::exists(data_dir()));
}

TEST_F(CarouseldTest, HelpShowsTheFlagsOfTheServerAlone) {
  Start({"--help"});
  Wait();
  EXPECT_THAT(Output(), HasSubstr("--data_dir ("));
  EXPECT_THAT(Output(), HasSubstr("--max_upload_bytes ("));
  EXPECT_THAT(Output(), Not(HasSubstr("--flagfile")));
}

TEST_F(CarouseldTest, AFolderThatCannotBeEndsItWithOne) {
  std::ofstream(folder_ / "file") << "not a folder";
  Start({"--data_dir=" + (folder_ / "file").string()});
  EXPECT_EQ(Wait(), 1);
  EXPECT_THAT(Errors(), HasSubstr((folder_ / "file").string()));
}

}  // namespace
}  // namespace carousel
