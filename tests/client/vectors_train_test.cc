// carousel vectors train
#include <limits>
#include <string>

#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class VectorsTrainTest : public CliTest {
 protected:
  VectorsTrainTest() {
    server_.train_vectors = [this](const auto& request, auto& response) {
      request_ = request;
      *response.mutable_job() = Job(v1::TrainingJob::STATE_QUEUED);
      return grpc::Status::OK;
    };
    server_.watch_job = [this](const auto& request, auto& writer) {
      v1::WatchTrainingJobResponse response;
      v1::Epoch& epoch = *response.mutable_epoch();
      epoch.set_epoch(1);
      epoch.set_train_loss(2.5);
      const double none = std::numeric_limits<double>::quiet_NaN();
      epoch.set_train_accuracy(none);
      epoch.set_validation_loss(none);
      epoch.set_validation_accuracy(none);
      writer.Write(response);
      *response.mutable_job() = Job(v1::TrainingJob::STATE_SUCCEEDED);
      writer.Write(response);
      return grpc::Status::OK;
    };
  }

  v1::TrainingJob Job(v1::TrainingJob::State state) const {
    v1::TrainingJob job;
    job.set_job("job-7");
    job.set_kind(v1::TrainingJob::KIND_VECTORS);
    job.set_vectors("own");
    job.set_dataset("d,e");
    job.set_state(state);
    return job;
  }

  v1::TrainVectorsRequest request_;
};

TEST_F(VectorsTrainTest, SendsWhatIsGivenAndLeavesTheRestToTheServer) {
  ASSERT_EQ(Run({"vectors", "train", "own", "--dataset=d"}).code, 0);
  EXPECT_EQ(request_.name(), "own");
  EXPECT_THAT(request_.datasets(), ElementsAre("d"));
  EXPECT_FALSE(request_.has_epochs());
  EXPECT_FALSE(request_.has_seed());

  ASSERT_EQ(Run({"vectors", "train", "own", "--dataset=d", "--dataset=e",
                 "--epochs=3", "--seed=0", "--set", "window=2", "--set",
                 "window=3", "--set=sample=0", "--request_id=once"})
                .code,
            0);
  EXPECT_THAT(request_.datasets(), ElementsAre("d", "e"));
  EXPECT_EQ(request_.epochs(), 3);
  EXPECT_EQ(request_.seed(), 0u);
  EXPECT_TRUE(request_.has_seed());
  EXPECT_THAT(request_.settings(),
              UnorderedElementsAre(Pair("window", "3"), Pair("sample", "0")));
  EXPECT_EQ(request_.request_id(), "once");
}

TEST_F(VectorsTrainTest, PrintsTheJobAndReturns) {
  const auto json =
      Run({"vectors", "train", "own", "--dataset=d", "--json"}).Json();
  EXPECT_EQ(json["job"], "job-7");
  EXPECT_EQ(json["kind"], "VECTORS");
  EXPECT_EQ(json["vectors"], "own");
  EXPECT_TRUE(json["model"].is_null());
  EXPECT_TRUE(json["version"].is_null());
  EXPECT_THAT(Run({"vectors", "train", "own", "--dataset=d"}).out,
              AllOf(HasSubstr("vectors own"), HasSubstr("d,e")));
}

TEST_F(VectorsTrainTest, WatchLeavesOutWhatVectorsDoNotMeasure) {
  const Outcome outcome =
      Run({"vectors", "train", "own", "--dataset=d", "--watch"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("2.5000"), Not(HasSubstr("nan"))));
  EXPECT_THAT(outcome.err, HasSubstr("carousel neighbours --vectors=own WORD"));

  const auto lines =
      Run({"vectors", "train", "own", "--dataset=d", "--watch", "--json"})
          .JsonLines();
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[0]["train_loss"], 2.5);
  EXPECT_TRUE(lines[0]["validation_loss"].is_null());
  EXPECT_TRUE(lines[0]["validation_accuracy"].is_null());
}

TEST_F(VectorsTrainTest, NeedsANameADatasetAndSettingsThatAreSome) {
  EXPECT_EQ(Run({"vectors", "train", "--dataset=d"}).code, 2);
  EXPECT_EQ(Run({"vectors", "train", "own"}).code, 2);
  EXPECT_EQ(Run({"vectors", "train", "own", "--dataset=d", "--set=x"}).code, 2);
}

}  // namespace
}  // namespace carousel::client
