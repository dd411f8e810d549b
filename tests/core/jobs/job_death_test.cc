// What becomes of a job whose worker dies, or whose catalogue is full.
#include <string>
#include <thread>

#include "tests/core/jobs/jobs_fixture.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class JobDeathTest : public JobsFixture {};

TEST_F(JobDeathTest, AJobWhoseWorkerDiedGoesOnBeforeThoseThatWait) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const std::string waiting = Submit("books").job;
  EventLog log;
  Watch(job, log);
  const auto first = launcher_.Next();
  first->TellEpochs(1, 2);
  first->Die();

  const auto second = launcher_.Next();
  EXPECT_EQ(second->job(), job);
  EXPECT_EQ(second->assignment().job.worker_deaths, 1);
  EXPECT_EQ(second->assignment().job.epoch, 2);
  second->TellEpochs(1, 3);  // those of its checkpoint again, then a new one
  second->TellDone();
  second->ExitCleanly();
  EXPECT_EQ(log.AwaitLast().state, JobState::kSucceeded);
  EXPECT_THAT(log.epochs(), ElementsAre(1, 2, 3));
  EXPECT_THAT(StoredEpochs(job), ElementsAre(1, 2, 3));

  const auto third = launcher_.Next();
  EXPECT_EQ(third->job(), waiting);
  third->Tell(WorkerFailed{"enough"});
  third->ExitCleanly();
  observer_.AwaitFreed(3);
  std::vector<std::string> epochs = observer_.log();
  std::erase_if(epochs, [](const std::string& line) {
    return !line.starts_with("epoch");
  });
  EXPECT_THAT(epochs,
              ElementsAre("epoch 0 " + job + " 1", "epoch 0 " + job + " 2",
                          "epoch 0 " + job + " 3"));
}

TEST_F(JobDeathTest, ASecondDeathWithoutAnEpochFailsTheJob) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  launcher_.Next()->Die("exited with status 3");
  launcher_.Next()->Die("killed by signal 9 (SIGKILL)");
  observer_.AwaitFreed(2);
  const JobRecord failed = Stored(job);
  EXPECT_EQ(failed.state, JobState::kFailed);
  EXPECT_EQ(failed.worker_deaths, 2);
  EXPECT_THAT(failed.error, AllOf(HasSubstr("killed by signal 9 (SIGKILL)"),
                                  HasSubstr("jobs/" + job + "/worker.log")));
}

TEST_F(JobDeathTest, AFinishedEpochForgivesADeath) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  for (std::int64_t epoch = 1; epoch <= 4; ++epoch) {
    const auto worker = launcher_.Next();
    worker->TellEpochs(epoch, epoch);
    worker->Die();
  }
  const auto worker = launcher_.Next();
  EXPECT_EQ(Stored(job).worker_deaths, 1);
  worker->TellDone();
  worker->ExitCleanly();
  observer_.AwaitFreed(5);
  EXPECT_EQ(Stored(job).state, JobState::kSucceeded);
}

TEST_F(JobDeathTest, AnEpochToldAgainForgivesNothing) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  for (int death = 0; death < 2; ++death) {
    const auto worker = launcher_.Next();
    worker->TellEpochs(1, 1);
    worker->Die();
  }
  // The first death came after epoch 1, the second without another.
  observer_.AwaitFreed(2);
  EXPECT_EQ(Stored(job).state, JobState::kFailed);
}

TEST_F(JobDeathTest, AWorkerThatSomebodyStoppedHasNotDied) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  launcher_.Next()->ExitCleanly();  // as after SIGTERM
  launcher_.Next()->ExitCleanly();
  const auto worker = launcher_.Next();
  EXPECT_EQ(Stored(job).worker_deaths, 0);
  worker->TellDone();
  worker->ExitCleanly();
  observer_.AwaitFreed(3);
  EXPECT_EQ(Stored(job).state, JobState::kSucceeded);
}

TEST_F(JobDeathTest, AnEpochIsToldWhenTheCatalogueHasRoomAgain) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  EventLog log;
  Watch(job, log);
  const auto worker = launcher_.Next();
  RefuseWrites(true);
  std::thread playing([&] {
    worker->TellEpochs(1, 2);
    worker->TellDone();
    worker->ExitCleanly();
  });
  observer_.AwaitProblem();
  EXPECT_THAT(log.epochs(), ElementsAre());
  RefuseWrites(false);
  playing.join();
  EXPECT_EQ(log.AwaitLast().state, JobState::kSucceeded);
  EXPECT_THAT(log.epochs(), ElementsAre(1, 2));
  EXPECT_THAT(StoredEpochs(job), ElementsAre(1, 2));
}

TEST_F(JobDeathTest, AJobStartsWhenTheCatalogueHasRoomAgain) {
  MakeRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  RefuseWrites(true);
  ASSERT_OK(runner_->Start());
  observer_.AwaitProblem();
  EXPECT_EQ(launcher_.launches(), 0);
  RefuseWrites(false);
  const auto worker = launcher_.Next();
  EXPECT_EQ(Stored(job).state, JobState::kRunning);
  worker->TellDone();
  worker->ExitCleanly();
  observer_.AwaitFreed(1);
}

TEST_F(JobDeathTest, AnEndIsWrittenWhenTheCatalogueHasRoomAgain) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  EventLog log;
  Watch(job, log);
  const auto worker = launcher_.Next();
  RefuseWrites(true);
  worker->Tell(WorkerFailed{"the loss is nan"});
  worker->ExitCleanly();
  observer_.AwaitProblem();
  EXPECT_FALSE(log.has_ended());
  EXPECT_EQ(Stored(job).state, JobState::kRunning);
  RefuseWrites(false);
  EXPECT_EQ(log.AwaitLast().error, "the loss is nan");
}

}  // namespace
}  // namespace carousel
