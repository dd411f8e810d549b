// What a server removes by itself: at its start, and when a job has ended.
#include <filesystem>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/server_fixture.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class RetentionRunnerTest : public ServerFixture {
 protected:
  void WaitForLog(const std::string& line) const {
    while (log().find(line) == std::string::npos) std::this_thread::yield();
  }
};

TEST_F(RetentionRunnerTest, RemovesOldVersionsAtTheStart) {
  for (int i = 0; i < 4; ++i) PublishTinyModel("tiny");
  options_.retention.keep_versions = 1;
  StartServer();
  WaitForLog("retention_removed what=\"model tiny@2\"");
  EXPECT_THAT(log(), HasSubstr("retention_removed what=\"model tiny@1\""));
  EXPECT_FALSE(fs::exists(Stored("models/tiny/1")));
  EXPECT_TRUE(fs::exists(Stored("models/tiny/3")));
  EXPECT_TRUE(fs::exists(Stored("models/tiny/4")));  // latest
}

TEST_F(RetentionRunnerTest, RemovesOldVersionsWhenAJobHasEnded) {
  options_.retention.keep_versions = 1;
  StartServer();
  UploadSamples();
  for (int i = 0; i < 3; ++i) Watch(Train(SampleTrainRequest()));
  WaitForLog("retention_removed what=\"model tiny@1\"");
  EXPECT_FALSE(fs::exists(Stored("models/tiny/1")));
  EXPECT_TRUE(fs::exists(Stored("models/tiny/2")));
  EXPECT_TRUE(fs::exists(Stored("models/tiny/3")));
  EXPECT_EQ(GetJob("job-000001").state(), v1::TrainingJob::STATE_SUCCEEDED);
}

TEST_F(RetentionRunnerTest, KeepsAllUnlessAsked) {
  for (int i = 0; i < 3; ++i) PublishTinyModel("tiny");
  StartServer();
  UploadSamples();
  Watch(Train(SampleTrainRequest()));
  StopServer();  // runs what is scheduled
  EXPECT_TRUE(fs::exists(Stored("models/tiny/1")));
  EXPECT_THAT(log(), Not(HasSubstr("retention")));
}

}  // namespace
}  // namespace carousel
