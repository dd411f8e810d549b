// carousel train
#include <string>

#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class TrainTest : public CliTest {
 protected:
  TrainTest() {
    server_.train = [this](const auto& request, auto& response) {
      request_ = request;
      response.mutable_job()->set_job("job-7");
      response.mutable_job()->set_model(request.model());
      response.mutable_job()->set_state(v1::TrainingJob::STATE_QUEUED);
      response.mutable_job()->set_epochs(50);
      return grpc::Status::OK;
    };
  }

  v1::TrainRequest request_;
};

TEST_F(TrainTest, SendsWhatIsGivenAndLeavesTheRestToTheServer) {
  ASSERT_EQ(Run({"train", "--dataset=d", "--vectors=v", "--model=m"}).code, 0);
  EXPECT_EQ(request_.dataset(), "d");
  EXPECT_EQ(request_.vectors(), "v");
  EXPECT_EQ(request_.model(), "m");
  EXPECT_EQ(request_.preset(), "");
  EXPECT_FALSE(request_.has_epochs());
  EXPECT_FALSE(request_.has_seed());
  EXPECT_FALSE(request_.has_max_examples());
  EXPECT_FALSE(request_.promote_if_better());

  ASSERT_EQ(
      Run({"train", "--dataset=d", "--vectors=v", "--model=m",
           "--preset=strong", "--epochs=3", "--seed=0", "--max_examples=100",
           "--set", "layers=2", "--set=optimizer=adamw", "--set", "layers=3",
           "--set", "note=a=b", "--promote_if_better", "--request_id=once"})
          .code,
      0);
  EXPECT_EQ(request_.preset(), "strong");
  EXPECT_EQ(request_.epochs(), 3);
  EXPECT_TRUE(request_.has_seed());
  EXPECT_EQ(request_.seed(), 0u);
  EXPECT_EQ(request_.max_examples(), 100);
  EXPECT_THAT(
      request_.settings(),
      UnorderedElementsAre(Pair("layers", "3"), Pair("optimizer", "adamw"),
                           Pair("note", "a=b")));
  EXPECT_TRUE(request_.promote_if_better());
  EXPECT_EQ(request_.request_id(), "once");
}

TEST_F(TrainTest, PrintsTheJobAndReturns) {
  const Outcome outcome =
      Run({"train", "--dataset=d", "--vectors=v", "--model=m", "--json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.Json()["job"], "job-7");
  EXPECT_EQ(outcome.Json()["state"], "QUEUED");
  EXPECT_THAT(Run({"train", "--dataset=d", "--vectors=v", "--model=m"}).out,
              HasSubstr("job-7"));
}

TEST_F(TrainTest, WatchGoesOnToTheEnd) {
  server_.watch_job = [](const auto& request, auto& writer) {
    v1::WatchTrainingJobResponse response;
    response.mutable_epoch()->set_epoch(1);
    writer.Write(response);
    response.mutable_job()->set_job(request.job());
    response.mutable_job()->set_state(v1::TrainingJob::STATE_SUCCEEDED);
    writer.Write(response);
    return grpc::Status::OK;
  };
  const Outcome outcome = Run({"train", "--dataset=d", "--vectors=v",
                               "--model=m", "--watch", "--json"});
  EXPECT_EQ(outcome.code, 0);
  const auto lines = outcome.JsonLines();
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[0]["epoch"], 1);
  EXPECT_EQ(lines[1]["job"], "job-7");
  EXPECT_THAT(outcome.err, HasSubstr("job-7"));
}

TEST_F(TrainTest, HelpHasTheSettingsWithRangeAndMeaning) {
  EXPECT_THAT(
      RunBare({"train", "--help"}).out,
      AllOf(HasSubstr("\n  layers                   [1, 8]                  "
                      "LSTM layers\n"),
            HasSubstr("\n  lowercase                true|false")));
}

}  // namespace
}  // namespace carousel::client
