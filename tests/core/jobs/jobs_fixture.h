// A data folder with a dataset and vectors, and a JobRunner over it whose
// workers the test plays.
#ifndef CAROUSEL_TESTS_CORE_JOBS_JOBS_FIXTURE_H_
#define CAROUSEL_TESTS_CORE_JOBS_JOBS_FIXTURE_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/mutex.h"
#include "core/jobs/job_observer.h"
#include "core/jobs/job_runner.h"
#include "core/store/asset_store.h"
#include "core/store/data_folder.h"
#include "core/store/database.h"
#include "core/store/job_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/jobs/event_log.h"
#include "tests/core/jobs/fake_launcher.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {

// Lets the test wait for what the runner reports.
class RecordingObserver final : public JobObserver {
 public:
  void OnSlotTaken(int slot, const JobRecord& job) override;
  void OnSlotFreed(int slot, const JobRecord& job) override;
  void OnProgress(int slot, const JobRecord& job,
                  const WorkerProgress& progress) override;
  void OnEpoch(int slot, const JobRecord& job,
               const EpochRecord& epoch) override;
  void OnProblem(std::string_view job, const absl::Status& problem) override;

  // Called first thing in OnSlotTaken, OnSlotFreed and OnEpoch.
  void SetHook(std::function<void(const JobRecord& job)> hook);

  void AwaitFreed(std::size_t count) EXCLUDES(mutex_);
  void AwaitProblem() EXCLUDES(mutex_);
  // "job-1: cannot fork", ...
  std::vector<std::string> problems() EXCLUDES(mutex_);
  // "taken 0 job-1 RUNNING", "epoch 0 job-1 2", "progress 0 job-1 17", ...
  std::vector<std::string> log() EXCLUDES(mutex_);

 private:
  void Add(std::string line) EXCLUDES(mutex_);

  std::function<void(const JobRecord&)> hook_;
  Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> log_ GUARDED_BY(mutex_);
  std::size_t freed_ GUARDED_BY(mutex_) = 0;
  std::vector<std::string> problems_ GUARDED_BY(mutex_);
};

class JobsFixture : public ::testing::Test {
 protected:
  JobsFixture();
  // Every worker must have ended by then.
  ~JobsFixture() override { runner_.reset(); }

  // A runner over the same data folder, as a server's start makes it; the one
  // before it is destroyed first.
  void MakeRunner(const JobRunnerOptions& options);
  void StartRunner(const JobRunnerOptions& options);
  // Grace and delays that no test waits for.
  static JobRunnerOptions PatientOptions();

  static JobRecord NewJob(const std::string& model);
  JobRecord Submit(const std::string& model);
  // Plays the next worker, which must be the job's, to a good end.
  void FinishNext(const std::string& job);
  JobRecord Stored(const std::string& job);
  std::vector<std::int64_t> StoredEpochs(const std::string& job);
  std::int64_t Watch(const std::string& job, EventLog& log,
                     std::int64_t after_epoch = 0);
  // Makes a file in the job's folder, and the folder.
  std::filesystem::path MakeJobFile(const std::string& job,
                                    std::string_view name);
  // While refused, every change of a job fails as on a full disk.
  void RefuseWrites(bool refused);
  // Takes the dataset out of the catalogue, which no call would do.
  void LoseDataset();

  // What the publisher gave out: a version for each job, the same again.
  std::map<std::string, std::int64_t> published();
  void FailPublishing(absl::Status status);
  // Called before a version is given out.
  void SetPublishHook(std::function<void(const JobRecord& job)> hook);

  TempDir temp_dir_;
  FakeClock clock_;
  std::unique_ptr<DataFolder> folder_;
  std::unique_ptr<CatalogueDatabase> database_;
  std::unique_ptr<AssetStore> assets_;
  std::unique_ptr<JobStore> jobs_;
  FakeLauncher launcher_;
  RecordingObserver observer_;
  std::unique_ptr<JobRunner> runner_;

 private:
  absl::StatusOr<std::int64_t> Publish(const JobRecord& job);
  std::optional<std::int64_t> FindVersion(const std::string& job);

  Mutex mutex_;
  std::map<std::string, std::int64_t> published_ GUARDED_BY(mutex_);
  absl::Status publishing_ GUARDED_BY(mutex_);
  std::function<void(const JobRecord&)> publish_hook_ GUARDED_BY(mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_CORE_JOBS_JOBS_FIXTURE_H_
