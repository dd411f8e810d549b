// Many jobs, workers that die, cancels, resumes, watchers that come and go and
// a server that restarts: whatever happens, in the end all agrees.
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "tests/core/jobs/jobs_fixture.h"
#include "tests/core/jobs/random_launcher.h"

namespace carousel {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

constexpr int kModels = 5;
constexpr int kServers = 4;
constexpr int kJobsPerServer = 12;
constexpr std::int64_t kEpochs = 5;

std::vector<std::int64_t> Range(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> range;
  for (std::int64_t i = first; i <= last; ++i) range.push_back(i);
  return range;
}

class JobStormTest : public JobsFixture,
                     public ::testing::WithParamInterface<std::uint64_t> {
 protected:
  JobStormTest() : random_launcher_(GetParam()) {}
  ~JobStormTest() override { runner_.reset(); }

  void StartServer() {
    runner_.reset();
    JobRunnerOptions options = PatientOptions();
    options.slots = 3;
    options.cancel_grace = std::chrono::milliseconds(5);
    options.stop_grace = std::chrono::milliseconds(5);
    runner_ = std::make_unique<JobRunner>(
        options, *folder_, *assets_, *jobs_, random_launcher_,
        [this](const JobRecord& job, const std::filesystem::path&) {
          MutexLock lock(mutex_);
          const auto next = static_cast<std::int64_t>(versions_.size()) + 1;
          return versions_.emplace(job.job, next).first->second;
        },
        [this](const std::string& job) -> std::optional<std::int64_t> {
          MutexLock lock(mutex_);
          const auto found = versions_.find(job);
          if (found == versions_.end()) return std::nullopt;
          return found->second;
        },
        &observer_);
    ASSERT_OK(runner_->Start());
  }

  void SubmitSome(std::mt19937_64& dice) {
    for (int i = 0; i < kJobsPerServer; ++i) {
      JobRecord job =
          NewJob("model-" + std::to_string(UniformBelow(dice, kModels)));
      job.epochs = kEpochs;
      ASSERT_OK_AND_ASSIGN(const JobRecord added, runner_->Submit(job));
      MutexLock lock(mutex_);
      ids_.push_back(added.job);
    }
  }

  // Cancels and resumes; whether it may is the runner's to say.
  void Meddle(std::mt19937_64& dice) {
    for (int i = 0; i < 2 * kJobsPerServer; ++i) {
      const std::string job = AnyJob(dice);
      if (job.empty()) continue;
      if (UniformBelow(dice, 2) == 0) {
        (void)runner_->Cancel(job);
      } else {
        (void)runner_->Resume(job);
      }
    }
  }

  // Watches from some epoch on; every third watcher leaves at once.
  void WatchSome(std::mt19937_64& dice) {
    for (int i = 0; i < 3 * kJobsPerServer; ++i) {
      const std::string job = AnyJob(dice);
      if (job.empty()) continue;
      const auto after = static_cast<std::int64_t>(UniformBelow(dice, 3));
      auto log = std::make_unique<EventLog>();
      const std::int64_t watch = Watch(job, *log, after);
      if (UniformBelow(dice, 3) == 0) {
        runner_->Unwatch(watch);
        continue;  // frees the log: a later call would be seen
      }
      MutexLock lock(mutex_);
      logs_.emplace_back(after, std::move(log));
    }
  }

  std::string AnyJob(std::mt19937_64& dice) {
    MutexLock lock(mutex_);
    return ids_.empty() ? "" : ids_[UniformBelow(dice, ids_.size())];
  }

  std::uint64_t Seed(std::uint64_t server, std::uint64_t thread) const {
    return DeriveSeed(GetParam(), {server, thread});
  }

  void AwaitAllOver() {
    for (const std::string& job : ids_) {
      EventLog log;
      Watch(job, log);
      log.AwaitLast();
    }
  }

  RandomLauncher random_launcher_;
  Mutex mutex_;
  std::vector<std::string> ids_;
  std::map<std::string, std::int64_t> versions_;
  // With the epoch after which each began.
  std::vector<std::pair<std::int64_t, std::unique_ptr<EventLog>>> logs_;
};

TEST_P(JobStormTest, EndsWithEverythingInAgreement) {
  for (int server = 0; server < kServers; ++server) {
    StartServer();
    std::mt19937_64 a(Seed(server, 0)), b(Seed(server, 1)), c(Seed(server, 2));
    std::thread submitting([&] { SubmitSome(a); });
    std::thread meddling([&] { Meddle(b); });
    std::thread watching([&] { WatchSome(c); });
    for (std::thread* thread : {&submitting, &meddling, &watching}) {
      thread->join();
    }
    runner_->Stop();
  }
  StartServer();
  AwaitAllOver();
  runner_.reset();  // delivers what watchers are still to hear

  EXPECT_THAT(random_launcher_.workers().broken_rules(), IsEmpty());
  std::set<std::int64_t> versions;
  for (const std::string& id : ids_) {
    const JobRecord job = Stored(id);
    SCOPED_TRACE(id + " " + std::string(ToString(job.state)));
    EXPECT_TRUE(IsTerminal(job.state));
    EXPECT_THAT(StoredEpochs(id), ElementsAreArray(Range(1, job.epoch)));
    EXPECT_EQ(job.state == JobState::kFailed, !job.error.empty());
    EXPECT_EQ(job.state == JobState::kSucceeded, versions_.contains(id));
    if (job.state != JobState::kSucceeded) continue;
    EXPECT_EQ(job.epoch, kEpochs);
    EXPECT_EQ(job.version, versions_[id]);
    EXPECT_TRUE(versions.insert(job.version).second);
  }
  for (const auto& [after, log] : logs_) {
    EXPECT_TRUE(log->has_ended());
    EXPECT_EQ(log->late_events(), 0);
    const std::vector<std::int64_t> epochs = log->epochs();
    EXPECT_THAT(epochs, ElementsAreArray(Range(
                            after + 1,
                            after + static_cast<std::int64_t>(epochs.size()))));
  }
  EXPECT_GT(random_launcher_.launches(), ids_.size());
}

INSTANTIATE_TEST_SUITE_P(Seeds, JobStormTest, ::testing::Values(1, 2, 3));

}  // namespace
}  // namespace carousel
