// What becomes of a job whose worker hangs.
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "tests/core/jobs/jobs_fixture.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A clock that stands still and tells when it was looked at.
class ProbedClock final : public Clock {
 public:
  absl::Time Now() const override { return clock_.Now(); }
  std::chrono::steady_clock::time_point SteadyNow() const override {
    MutexLock lock(mutex_);
    ++looks_;
    changed_.NotifyAll();
    return clock_.SteadyNow();
  }

  void Advance(absl::Duration duration) { clock_.Advance(duration); }
  // Until somebody has looked twice: what it saw first is dealt with then.
  void AwaitLooks() const {
    MutexLock lock(mutex_);
    const int enough = looks_ + 2;
    while (looks_ < enough) changed_.Wait(mutex_);
  }

 private:
  FakeClock clock_;
  mutable Mutex mutex_;
  mutable CondVar changed_;
  mutable int looks_ GUARDED_BY(mutex_) = 0;
};

class JobStallTest : public JobsFixture {
 protected:
  ~JobStallTest() override { runner_.reset(); }  // before the clock

  void Start() {
    JobRunnerOptions options = PatientOptions();
    options.stall = {.limit = std::chrono::seconds(600),
                     .check_period = std::chrono::milliseconds(1),
                     .clock = &silence_};
    StartRunner(options);
  }
  // Lets the worker be silent until it is killed, and die of that.
  void Stall(FakeProcess& worker) {
    silence_.Advance(absl::Seconds(600));
    worker.AwaitKill();
    worker.Die();
  }

  ProbedClock silence_;
};

TEST_F(JobStallTest, AHungWorkerIsKilledAndItsJobGoesOn) {
  Start();
  const std::string job = Submit("imdb").job;
  const auto first = launcher_.Next();
  first->TellEpochs(1, 2);
  Stall(*first);
  EXPECT_FALSE(first->stop_requested());  // it would not hear of it

  const auto second = launcher_.Next();
  EXPECT_EQ(second->assignment().job.epoch, 2);
  EXPECT_EQ(second->assignment().job.worker_deaths, 1);
  second->TellEpochs(3, 3);
  second->TellDone();
  second->ExitCleanly();
  observer_.AwaitFreed(2);
  EXPECT_EQ(Stored(job).state, JobState::kSucceeded);
  EXPECT_THAT(StoredEpochs(job), ElementsAre(1, 2, 3));
}

TEST_F(JobStallTest, ASecondStallWithoutAnEpochFailsTheJobAndSaysWhy) {
  Start();
  const std::string job = Submit("imdb").job;
  Stall(*launcher_.Next());
  Stall(*launcher_.Next());
  observer_.AwaitFreed(2);
  EXPECT_EQ(Stored(job).state, JobState::kFailed);
  EXPECT_THAT(Stored(job).error, HasSubstr("no progress for 600 s"));
}

TEST_F(JobStallTest, WhoeverTellsAnythingIsLeftAlone) {
  Start();
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  const WorkerEvent events[] = {WorkerStage{"loading"}, WorkerAlive{},
                                WorkerProgress{.epoch = 1, .batch = 1},
                                WorkerEpoch{{.epoch = 1}}};
  for (const WorkerEvent& event : events) {
    silence_.Advance(absl::Seconds(599));
    silence_.AwaitLooks();
    worker->Tell(event);
  }
  silence_.Advance(absl::Seconds(599));
  silence_.AwaitLooks();
  EXPECT_FALSE(worker->killed());
  worker->TellDone();
  worker->ExitCleanly();
  observer_.AwaitFreed(1);
  EXPECT_EQ(Stored(job).state, JobState::kSucceeded);
}

TEST_F(JobStallTest, AWorkerThatHangsAfterItsVerdictHasDoneItsWork) {
  Start();
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  worker->TellEpochs(1, 5);
  worker->TellDone();
  Stall(*worker);
  observer_.AwaitFreed(1);
  EXPECT_EQ(Stored(job).state, JobState::kSucceeded);
}

TEST_F(JobStallTest, AFullDiskOfTheCatalogueIsNoStall) {
  Start();
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  RefuseWrites(true);
  std::thread telling([&] { worker->TellEpochs(1, 1); });
  observer_.AwaitProblem();
  silence_.Advance(absl::Hours(10));
  RefuseWrites(false);
  telling.join();
  silence_.AwaitLooks();
  EXPECT_FALSE(worker->killed());
  worker->TellDone();
  worker->ExitCleanly();
  observer_.AwaitFreed(1);
  EXPECT_EQ(Stored(job).worker_deaths, 0);
}

TEST_F(JobStallTest, WithoutALimitNobodyLooks) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  silence_.Advance(absl::Hours(1000));
  worker->TellDone();
  worker->ExitCleanly();
  observer_.AwaitFreed(1);
  EXPECT_FALSE(worker->killed());
}

}  // namespace
}  // namespace carousel
