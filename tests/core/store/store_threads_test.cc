// The stores under many threads; run under ThreadSanitizer too.
#include <atomic>
#include <thread>
#include <vector>

#include "tests/core/store/store_fixture.h"

namespace carousel {
namespace {

constexpr int kThreads = 4;

class StoreThreadsTest : public StoreTest {
 protected:
  template <typename Body>
  static void InThreads(Body body) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back(body, i);
    for (std::thread& thread : threads) thread.join();
  }
};

TEST_F(StoreThreadsTest, OneUploadOfANameWins) {
  std::atomic<int> is_new = 0;
  InThreads([&](int) {
    const auto added = AddDataset("imdb", "d");
    EXPECT_OK(added.status());
    if (added.ok() && added->is_new) ++is_new;
  });
  EXPECT_EQ(is_new, 1);
  EXPECT_OK(assets_->VerifiedDataset("imdb").status());
}

TEST_F(StoreThreadsTest, VersionsAreGivenOnce) {
  InThreads([&](int thread) {
    for (int i = 0; i < 3; ++i) {
      EXPECT_OK(Publish("m", FormatJobId(1 + thread * 3 + i)).status());
    }
  });
  ASSERT_OK_AND_ASSIGN(const auto page, models_->List("m", {}));
  ASSERT_EQ(page.records.size(), 3u * kThreads);
  EXPECT_EQ(page.records.front().version, 3 * kThreads);
  EXPECT_EQ(page.records.back().version, 1);
}

TEST_F(StoreThreadsTest, TheSameRequestFromManyIsOneJob) {
  ASSERT_OK(AddJob().status());
  std::atomic<int> failures = 0;
  InThreads([&](int) {
    const auto job = AddJob("r-1");
    if (!job.ok() || job->job != "job-000002") ++failures;
  });
  EXPECT_EQ(failures, 0);
}

TEST_F(StoreThreadsTest, OneOfManyStartsAJob) {
  const std::string job = AddJob()->job;
  std::atomic<int> started = 0;
  InThreads([&](int) {
    const auto running = jobs_->Update(job, [](JobRecord& record) {
      if (record.state != JobState::kQueued) return absl::AbortedError("late");
      record.state = JobState::kRunning;
      return absl::OkStatus();
    });
    if (running.ok()) ++started;
  });
  EXPECT_EQ(started, 1);
}

TEST_F(StoreThreadsTest, ReadersSeeWholeJobsWhileEpochsAreWritten) {
  const std::string job = AddJob()->job;
  ASSERT_OK(SetState(job, JobState::kRunning).status());
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int epoch = 1; epoch <= 20; ++epoch) {
      EXPECT_OK(jobs_
                    ->AddEpoch(job, {.epoch = epoch,
                                     .validation_accuracy = epoch / 100.0})
                    .status());
    }
    done = true;
  });
  InThreads([&](int) {
    while (!done) {
      const auto record = jobs_->Get(job);
      const auto epochs = jobs_->ListEpochs(job);
      if (!record.ok() || !epochs.ok()) {
        ADD_FAILURE() << record.status() << epochs.status();
        return;
      }
      EXPECT_EQ(record->best_epoch, record->epoch);
      EXPECT_GE(static_cast<std::int64_t>(epochs->size()), record->epoch);
    }
  });
  writer.join();
  EXPECT_EQ(jobs_->Get(job)->epoch, 20);
}

}  // namespace
}  // namespace carousel
