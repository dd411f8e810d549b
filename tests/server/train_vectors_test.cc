// TrainingService/TrainVectors through a real server and real workers.
#include <grpcpp/client_context.h>

#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/grpc_status.h"
#include "tests/support/sample_data.h"
#include "tests/support/server_fixture.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using State = v1::TrainingJob;

class TrainVectorsTest : public ServerFixture {
 protected:
  void SetUp() override {
    StartServer();
    UploadSamples();
  }

  static v1::TrainVectorsRequest Sample(const std::string& name = "own") {
    v1::TrainVectorsRequest request;
    request.set_name(name);
    request.add_datasets("reviews");
    request.set_epochs(2);
    (*request.mutable_settings())["dimension"] = "8";
    (*request.mutable_settings())["min_count"] = "1";
    (*request.mutable_settings())["sample"] = "0";
    return request;
  }

  grpc::Status TryTrain(const v1::TrainVectorsRequest& request) {
    grpc::ClientContext context;
    v1::TrainVectorsResponse response;
    grpc::Status status = training_->TrainVectors(&context, request, &response);
    job_ = response.job();
    return status;
  }

  // The stored vectors of that name; none when there are none.
  v1::Vectors Find(const std::string& name) {
    grpc::ClientContext context;
    v1::ListVectorsResponse response;
    EXPECT_THAT(datasets_->ListVectors(&context, {}, &response), IsGrpcOk());
    for (const v1::Vectors& vectors : response.vectors()) {
      if (vectors.name() == name) return vectors;
    }
    return {};
  }

  v1::TrainingJob job_;
};

TEST_F(TrainVectorsTest, TrainsVectorsThatAModelCanBeginWith) {
  ASSERT_THAT(TryTrain(Sample()), IsGrpcOk());
  EXPECT_EQ(job_.kind(), State::KIND_VECTORS);
  EXPECT_EQ(job_.vectors(), "own");
  EXPECT_EQ(job_.model(), "");
  std::vector<v1::Epoch> epochs;
  const auto events = Watch(job_.job());
  for (const v1::WatchTrainingJobResponse& event : events) {
    if (event.has_epoch()) epochs.push_back(event.epoch());
  }
  const v1::TrainingJob& end = events.back().job();
  ASSERT_EQ(end.state(), State::STATE_SUCCEEDED) << end.error();
  EXPECT_FALSE(end.has_version());
  EXPECT_FALSE(end.has_best_epoch());
  EXPECT_FALSE(end.has_best_validation_accuracy());
  ASSERT_EQ(epochs.size(), 2u);
  EXPECT_GT(epochs[1].train_loss(), 0);
  EXPECT_GT(epochs[1].learning_rate(), 0);
  EXPECT_TRUE(std::isnan(epochs[1].validation_loss()));

  EXPECT_EQ(Find("own").dimension(), 8);
  EXPECT_GT(Find("own").words(), 5);
  EXPECT_EQ(Find("own").format(), "word2vec");
  v1::TrainRequest model = SampleTrainRequest();
  model.set_vectors("own");
  const auto trained = Watch(Train(model));
  EXPECT_EQ(trained.back().job().state(), State::STATE_SUCCEEDED)
      << trained.back().job().error();
  EXPECT_THAT(log(), HasSubstr("vectors_published job=" + end.job()));
}

TEST_F(TrainVectorsTest, NamesAllThatIsWrongAtOnce) {
  v1::TrainVectorsRequest request;
  request.set_name("no name");
  request.add_datasets("../reviews");
  request.set_epochs(0);
  request.set_request_id(std::string(129, 'x'));
  (*request.mutable_settings())["window"] = "0";
  (*request.mutable_settings())["layers"] = "1";
  const grpc::Status status = TryTrain(request);
  EXPECT_THAT(status,
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT,
                         "window is 0; it must be a whole number in [1, 100]"));
  EXPECT_THAT(WrongFields(status),
              UnorderedElementsAre("name", "datasets", "epochs", "request_id",
                                   "window", "layers"));
}

TEST_F(TrainVectorsTest, NeedsDatasetsAndEachOnce) {
  v1::TrainVectorsRequest request = Sample();
  request.clear_datasets();
  EXPECT_THAT(TryTrain(request),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "datasets has 0 names"));
  request.add_datasets("reviews");
  request.add_datasets("reviews");
  EXPECT_THAT(TryTrain(request),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "\"reviews\" twice"));
}

TEST_F(TrainVectorsTest, RefusesANameThatIsTakenAndADatasetThatIsNot) {
  EXPECT_THAT(TryTrain(Sample("words")),
              GrpcCodeIs(StatusCode::ALREADY_EXISTS, "words"));
  v1::TrainVectorsRequest request = Sample();
  request.add_datasets("elsewhere");
  EXPECT_THAT(TryTrain(request),
              GrpcCodeIs(StatusCode::NOT_FOUND, "elsewhere"));
}

TEST_F(TrainVectorsTest, AFailedRunSaysWhyAndLeavesNoVectors) {
  v1::TrainVectorsRequest request = Sample();
  (*request.mutable_settings())["min_count"] = "1000000";
  ASSERT_THAT(TryTrain(request), IsGrpcOk());
  const auto events = Watch(job_.job());
  EXPECT_EQ(events.back().job().state(), State::STATE_FAILED);
  EXPECT_THAT(events.back().job().error(), HasSubstr("min_count is 1000000"));
  EXPECT_EQ(Find("own").name(), "");
}

TEST_F(TrainVectorsTest, ReadsSeveralDatasetsAndSaysWhatItLeftOut) {
  // The same reviews, split otherwise: what the one holds back the other has
  // for training.
  v1::DatasetHeader header;
  header.set_name("again");
  header.set_split_seed(99);
  ASSERT_THAT(UploadDataset(header, SampleReviews()), IsGrpcOk());
  v1::TrainVectorsRequest request = Sample();
  request.add_datasets("again");
  ASSERT_THAT(TryTrain(request), IsGrpcOk());
  EXPECT_EQ(job_.dataset(), "reviews,again");
  const auto events = Watch(job_.job());
  EXPECT_EQ(events.back().job().state(), State::STATE_SUCCEEDED)
      << events.back().job().error();
}

}  // namespace
}  // namespace carousel
