// What TrainingService does with jobs that are there, through a real server.
#include <grpcpp/client_context.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/store/data_folder.h"
#include "core/store/database.h"
#include "core/store/job_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/grpc_status.h"
#include "tests/support/server_fixture.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using State = v1::TrainingJob;

class TrainingJobsTest : public ServerFixture {
 protected:
  void SetUp() override {
    StartServer();
    UploadSamples();
  }

  grpc::Status Cancel(const std::string& job) {
    grpc::ClientContext context;
    v1::CancelTrainingJobRequest request;
    request.set_job(job);
    v1::CancelTrainingJobResponse response;
    grpc::Status status =
        training_->CancelTrainingJob(&context, request, &response);
    job_ = response.job();
    return status;
  }

  grpc::Status Resume(const std::string& job) {
    grpc::ClientContext context;
    v1::ResumeTrainingJobRequest request;
    request.set_job(job);
    v1::ResumeTrainingJobResponse response;
    grpc::Status status =
        training_->ResumeTrainingJob(&context, request, &response);
    job_ = response.job();
    return status;
  }

  grpc::Status Delete(const std::string& job) {
    grpc::ClientContext context;
    v1::DeleteTrainingJobRequest request;
    request.set_job(job);
    v1::DeleteTrainingJobResponse response;
    return training_->DeleteTrainingJob(&context, request, &response);
  }

  grpc::Status List(const v1::ListTrainingJobsRequest& request) {
    grpc::ClientContext context;
    list_.Clear();
    return training_->ListTrainingJobs(&context, request, &list_);
  }

  grpc::Status ListEpochs(const v1::ListEpochsRequest& request) {
    grpc::ClientContext context;
    epochs_.Clear();
    return training_->ListEpochs(&context, request, &epochs_);
  }

  grpc::Status Get(const std::string& job) {
    grpc::ClientContext context;
    v1::GetTrainingJobRequest request;
    request.set_job(job);
    v1::GetTrainingJobResponse response;
    grpc::Status status =
        training_->GetTrainingJob(&context, request, &response);
    job_ = response.job();
    return status;
  }

  // Writes a job of "reviews" that failed with `error` into the catalogue.
  // Only while no server runs.
  std::string AddFailedJob(const std::string& error) {
    const auto folder = DataFolder::Open(options_.data_dir).value();
    const auto database = CatalogueDatabase::Open(folder->database()).value();
    JobStore jobs(*database, Clock::Real());
    JobRecord record;
    record.model = "tiny";
    record.dataset = "reviews";
    record.vectors = "words";
    std::string job = jobs.Add(record).value().job;
    for (const JobState state : {JobState::kRunning, JobState::kFailed}) {
      EXPECT_OK(jobs.Update(job, [&](JobRecord& row) {
        row.state = state;
        row.error = error;
        return absl::OkStatus();
      }));
    }
    return job;
  }

  v1::TrainingJob job_;
  v1::ListTrainingJobsResponse list_;
  v1::ListEpochsResponse epochs_;
};

TEST_F(TrainingJobsTest, ListsJobsByStateNewestFirst) {
  const std::string first = Train(EndlessTrainRequest());
  WaitUntilRunning(first);
  const std::string second = Train(EndlessTrainRequest());
  const std::string third = Train(EndlessTrainRequest());

  v1::ListTrainingJobsRequest request;
  request.set_page_size(2);
  ASSERT_THAT(List(request), IsGrpcOk());
  ASSERT_THAT(list_.jobs(), SizeIs(2));
  EXPECT_EQ(list_.jobs(0).job(), third);
  EXPECT_EQ(list_.jobs(1).job(), second);
  request.set_page_token(list_.next_page_token());
  ASSERT_THAT(List(request), IsGrpcOk());
  ASSERT_THAT(list_.jobs(), SizeIs(1));
  EXPECT_EQ(list_.jobs(0).job(), first);
  EXPECT_THAT(list_.next_page_token(), IsEmpty());

  request.Clear();
  request.set_state(State::STATE_RUNNING);
  ASSERT_THAT(List(request), IsGrpcOk());
  ASSERT_THAT(list_.jobs(), SizeIs(1));
  EXPECT_EQ(list_.jobs(0).job(), first);
}

TEST_F(TrainingJobsTest, ListRefusesBadPagesAndStates) {
  v1::ListTrainingJobsRequest request;
  request.set_page_size(-1);
  EXPECT_THAT(WrongFields(List(request)), ElementsAre("page_size"));
  request.Clear();
  request.set_page_token("made up");
  EXPECT_THAT(WrongFields(List(request)), ElementsAre("page_token"));
  request.Clear();
  request.set_state(static_cast<v1::TrainingJob::State>(99));
  EXPECT_THAT(WrongFields(List(request)), ElementsAre("state"));
}

TEST_F(TrainingJobsTest, PagesThroughEpochs) {
  v1::TrainRequest train = SampleTrainRequest();
  train.set_epochs(3);
  const std::string job = Train(train);
  Watch(job);
  v1::ListEpochsRequest request;
  request.set_job(job);
  request.set_page_size(2);
  ASSERT_THAT(ListEpochs(request), IsGrpcOk());
  ASSERT_THAT(epochs_.epochs(), SizeIs(2));
  EXPECT_EQ(epochs_.epochs(0).epoch(), 1);
  EXPECT_GT(epochs_.epochs(0).train_loss(), 0);
  EXPECT_GT(epochs_.epochs(0).seconds(), 0);
  request.set_page_token(epochs_.next_page_token());
  ASSERT_THAT(ListEpochs(request), IsGrpcOk());
  ASSERT_THAT(epochs_.epochs(), SizeIs(1));
  EXPECT_EQ(epochs_.epochs(0).epoch(), 3);
  EXPECT_THAT(epochs_.next_page_token(), IsEmpty());
  request.set_page_token("made up");
  EXPECT_THAT(WrongFields(ListEpochs(request)), ElementsAre("page_token"));
}

TEST_F(TrainingJobsTest, ListEpochsRefusesBadPages) {
  v1::ListEpochsRequest request;
  request.set_job(Train(EndlessTrainRequest()));
  request.set_page_size(-1);
  EXPECT_THAT(WrongFields(ListEpochs(request)), ElementsAre("page_size"));
  request.set_page_size(0);
  for (const char* token : {"made up", "-1", "1x"}) {
    request.set_page_token(token);
    EXPECT_THAT(WrongFields(ListEpochs(request)), ElementsAre("page_token"))
        << token;
  }
}

TEST_F(TrainingJobsTest, AnErrorThatIsNotUtf8KeepsNoJobFromBeingRead) {
  StopServer();
  const std::string job = AddFailedJob("lost at \xff\xfe");
  StartServer();
  const std::string escaped = "lost at \\xff\\xfe";
  ASSERT_THAT(List({}), IsGrpcOk());
  ASSERT_THAT(list_.jobs(), SizeIs(1));
  EXPECT_EQ(list_.jobs(0).error(), escaped);
  ASSERT_THAT(Get(job), IsGrpcOk());
  EXPECT_EQ(job_.error(), escaped);
  const auto events = Watch(job);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].job().error(), escaped);
}

TEST_F(TrainingJobsTest, CancelsARunningJob) {
  const std::string job = Train(EndlessTrainRequest());
  WaitUntilRunning(job);
  ASSERT_THAT(Cancel(job), IsGrpcOk());
  EXPECT_TRUE(job_.cancel_requested());
  const auto events = Watch(job);
  ASSERT_THAT(events, Not(IsEmpty()));
  EXPECT_EQ(events.back().job().state(), State::STATE_CANCELLED);
  EXPECT_FALSE(events.back().job().has_version());
}

TEST_F(TrainingJobsTest, CancelsAQueuedJobAtOnce) {
  WaitUntilRunning(Train(EndlessTrainRequest()));
  ASSERT_THAT(Cancel(Train(EndlessTrainRequest())), IsGrpcOk());
  EXPECT_EQ(job_.state(), State::STATE_CANCELLED);
}

TEST_F(TrainingJobsTest, ResumesACancelledJob) {
  const std::string running = Train(EndlessTrainRequest());
  WaitUntilRunning(running);
  const std::string job = Train(SampleTrainRequest());
  ASSERT_THAT(Cancel(job), IsGrpcOk());
  ASSERT_THAT(Resume(job), IsGrpcOk());
  EXPECT_EQ(job_.state(), State::STATE_QUEUED);
  ASSERT_THAT(Cancel(running), IsGrpcOk());
  const auto events = Watch(job);
  ASSERT_THAT(events, Not(IsEmpty()));
  EXPECT_EQ(events.back().job().state(), State::STATE_SUCCEEDED);
}

TEST_F(TrainingJobsTest, AFullQueueResumesNothing) {
  StopServer();
  options_.max_queued_jobs = 1;
  StartServer();
  WaitUntilRunning(Train(EndlessTrainRequest()));
  const std::string job = Train(EndlessTrainRequest());
  ASSERT_THAT(Cancel(job), IsGrpcOk());
  Train(EndlessTrainRequest());  // takes the place
  const grpc::Status status = Resume(job);
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::RESOURCE_EXHAUSTED));
  EXPECT_EQ(ReasonOf(status), "QUEUE_FULL");
  EXPECT_TRUE(GetDetail<google::rpc::RetryInfo>(status).has_value());
  EXPECT_EQ(GetJob(job).state(), State::STATE_CANCELLED);
}

TEST_F(TrainingJobsTest, AJobThatIsOverIsNeitherCancelledNorResumed) {
  const std::string job = Train(SampleTrainRequest());
  Watch(job);
  EXPECT_THAT(Cancel(job), GrpcCodeIs(StatusCode::FAILED_PRECONDITION));
  EXPECT_THAT(Resume(job), GrpcCodeIs(StatusCode::FAILED_PRECONDITION));
}

TEST_F(TrainingJobsTest, DeletesAJobThatIsOver) {
  const std::string job = Train(EndlessTrainRequest());
  WaitUntilRunning(job);
  const std::string waiting = Train(EndlessTrainRequest());
  for (const std::string& busy : {job, waiting}) {
    const grpc::Status status = Delete(busy);
    EXPECT_THAT(status, GrpcCodeIs(StatusCode::FAILED_PRECONDITION, busy));
    EXPECT_EQ(ReasonOf(status), "WRONG_JOB_STATE");
  }
  ASSERT_THAT(Cancel(waiting), IsGrpcOk());
  ASSERT_THAT(Cancel(job), IsGrpcOk());
  Watch(job);
  EXPECT_TRUE(std::filesystem::exists(Stored("jobs/" + job)));
  EXPECT_THAT(Delete(job), IsGrpcOk());
  EXPECT_THAT(Delete(job), GrpcCodeIs(StatusCode::NOT_FOUND, job));
  EXPECT_THAT(Get(job), GrpcCodeIs(StatusCode::NOT_FOUND, job));
  EXPECT_FALSE(std::filesystem::exists(Stored("jobs/" + job)));
  EXPECT_THAT(log(), HasSubstr("job_deleted job=" + job));
  // A number is never given twice.
  EXPECT_THAT(Delete(waiting), IsGrpcOk());
  EXPECT_EQ(Train(SampleTrainRequest()), "job-000003");
}

TEST_F(TrainingJobsTest, AJobStaysWhileItsVersionIsThere) {
  const std::string job = Train(SampleTrainRequest());
  Watch(job);
  const grpc::Status status = Delete(job);
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::FAILED_PRECONDITION, "tiny@1"));
  EXPECT_EQ(ReasonOf(status), "IN_USE");
  EXPECT_EQ(GetJob(job).state(), State::STATE_SUCCEEDED);
}

TEST_F(TrainingJobsTest, SaysWhatIsToBeExpectedOfJobs) {
  const std::string running = Train(EndlessTrainRequest());
  WaitUntilRunning(running);
  const std::string first = Train(EndlessTrainRequest());
  const std::string second = Train(EndlessTrainRequest());
  grpc::ClientContext context;
  v1::WatchTrainingJobRequest request;
  request.set_job(running);
  const auto reader = training_->WatchTrainingJob(&context, request);
  v1::WatchTrainingJobResponse event;
  do {
    ASSERT_TRUE(reader->Read(&event));
  } while (!event.progress().has_remaining_seconds());
  EXPECT_GT(event.progress().remaining_seconds(), 0);
  context.TryCancel();

  ASSERT_THAT(List({}), IsGrpcOk());
  ASSERT_THAT(list_.jobs(), SizeIs(3));
  EXPECT_EQ(list_.jobs(0).job(), second);
  EXPECT_EQ(list_.jobs(0).queue_position(), 1);
  EXPECT_FALSE(list_.jobs(0).has_remaining_seconds());
  EXPECT_EQ(list_.jobs(1).job(), first);
  EXPECT_TRUE(list_.jobs(1).has_queue_position());
  EXPECT_EQ(list_.jobs(1).queue_position(), 0);
  EXPECT_GT(list_.jobs(2).remaining_seconds(), 0);
  EXPECT_FALSE(list_.jobs(2).has_queue_position());
  ASSERT_THAT(Cancel(second), IsGrpcOk());
  EXPECT_FALSE(job_.has_queue_position());
}

TEST_F(TrainingJobsTest, NamesTheJobThatIsNotThere) {
  const std::string job = "job-999999";
  EXPECT_THAT(Cancel(job), GrpcCodeIs(StatusCode::NOT_FOUND, job));
  EXPECT_THAT(Resume(job), GrpcCodeIs(StatusCode::NOT_FOUND, job));
  EXPECT_THAT(Delete(job), GrpcCodeIs(StatusCode::NOT_FOUND, job));
  v1::ListEpochsRequest epochs;
  epochs.set_job(job);
  EXPECT_THAT(ListEpochs(epochs), GrpcCodeIs(StatusCode::NOT_FOUND, job));
  EXPECT_THAT(Get(job), GrpcCodeIs(StatusCode::NOT_FOUND, job));
  grpc::Status status;
  EXPECT_THAT(Watch(job, &status), IsEmpty());
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::NOT_FOUND, job));
}

}  // namespace
}  // namespace carousel
