#include "tests/core/jobs/jobs_fixture.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"

namespace carousel {
namespace {

template <typename T>
T ValueOrThrow(absl::StatusOr<T> value) {
  if (!value.ok()) throw std::runtime_error(value.status().ToString());
  return *std::move(value);
}

void OrThrow(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

}  // namespace

void RecordingObserver::SetHook(std::function<void(const JobRecord&)> hook) {
  hook_ = std::move(hook);
}

void RecordingObserver::OnSlotTaken(int slot, const JobRecord& job) {
  if (hook_) hook_(job);
  Add(absl::StrCat("taken ", slot, " ", job.job, " ",
                   std::string(ToString(job.state))));
}

void RecordingObserver::OnSlotFreed(int slot, const JobRecord& job) {
  if (hook_) hook_(job);
  Add(absl::StrCat("freed ", slot, " ", job.job, " ",
                   std::string(ToString(job.state))));
  MutexLock lock(mutex_);
  ++freed_;
  changed_.NotifyAll();
}

void RecordingObserver::OnProgress(int slot, const JobRecord& job,
                                   const WorkerProgress& progress) {
  Add(absl::StrCat("progress ", slot, " ", job.job, " ", progress.batch));
}

void RecordingObserver::OnEpoch(int slot, const JobRecord& job,
                                const EpochRecord& epoch) {
  if (hook_) hook_(job);
  Add(absl::StrCat("epoch ", slot, " ", job.job, " ", epoch.epoch));
}

void RecordingObserver::OnProblem(std::string_view job,
                                  const absl::Status& problem) {
  MutexLock lock(mutex_);
  problems_.push_back(absl::StrCat(std::string(job), ": ", problem.message()));
  changed_.NotifyAll();
}

void RecordingObserver::AwaitFreed(std::size_t count) {
  MutexLock lock(mutex_);
  while (freed_ < count) changed_.Wait(mutex_);
}

void RecordingObserver::AwaitProblem() {
  MutexLock lock(mutex_);
  while (problems_.empty()) changed_.Wait(mutex_);
}

std::vector<std::string> RecordingObserver::problems() {
  MutexLock lock(mutex_);
  return problems_;
}

std::vector<std::string> RecordingObserver::log() {
  MutexLock lock(mutex_);
  return log_;
}

void RecordingObserver::Add(std::string line) {
  MutexLock lock(mutex_);
  log_.push_back(std::move(line));
}

JobsFixture::JobsFixture()
    : folder_(ValueOrThrow(DataFolder::Open(temp_dir_ / "data"))),
      database_(ValueOrThrow(CatalogueDatabase::Open(folder_->database()))),
      assets_(std::make_unique<AssetStore>(*folder_, *database_, clock_)),
      jobs_(std::make_unique<JobStore>(*database_, clock_)) {
  const std::filesystem::path dataset = folder_->NewTemporary("dataset");
  OrThrow(CreateFolder(dataset));
  OrThrow(WriteFileAtomically(dataset / "rows.csv", "rows"));
  DatasetRecord dataset_record;
  dataset_record.name = "reviews";
  dataset_record.sha256 = "dataset-checksum";
  OrThrow(assets_->AddDataset(dataset_record, dataset).status());

  const std::filesystem::path vectors = folder_->NewTemporary("vectors");
  OrThrow(CreateFolder(vectors));
  OrThrow(WriteFileAtomically(vectors / "vectors", "words"));
  VectorsRecord vectors_record;
  vectors_record.name = "glove";
  vectors_record.sha256 = "vectors-checksum";
  OrThrow(assets_->AddVectors(vectors_record, vectors).status());
}

void JobsFixture::MakeRunner(const JobRunnerOptions& options) {
  runner_.reset();
  runner_ = std::make_unique<JobRunner>(
      options, *folder_, *assets_, *jobs_, launcher_,
      [this](const JobRecord& job, const std::filesystem::path&) {
        return Publish(job);
      },
      [this](const std::string& job) { return FindVersion(job); }, &observer_,
      clock_);
}

void JobsFixture::StartRunner(const JobRunnerOptions& options) {
  MakeRunner(options);
  OrThrow(runner_->Start());
}

JobRunnerOptions JobsFixture::PatientOptions() {
  JobRunnerOptions options;
  options.cancel_grace = std::chrono::hours(1);
  options.stop_grace = std::chrono::hours(1);
  options.retry_delay = std::chrono::milliseconds(1);
  return options;
}

JobRecord JobsFixture::NewJob(const std::string& model) {
  JobRecord job;
  job.model = model;
  job.dataset = "reviews";
  job.vectors = "glove";
  job.hyperparameters = "{}";
  job.epochs = 5;
  return job;
}

JobRecord JobsFixture::Submit(const std::string& model) {
  return ValueOrThrow(runner_->Submit(NewJob(model)));
}

void JobsFixture::FinishNext(const std::string& job) {
  const auto worker = launcher_.Next();
  EXPECT_EQ(worker->job(), job);
  worker->TellDone();
  worker->ExitCleanly();
}

JobRecord JobsFixture::Stored(const std::string& job) {
  return ValueOrThrow(jobs_->Get(job));
}

std::vector<std::int64_t> JobsFixture::StoredEpochs(const std::string& job) {
  std::vector<std::int64_t> epochs;
  for (const EpochRecord& epoch : ValueOrThrow(jobs_->ListEpochs(job))) {
    epochs.push_back(epoch.epoch);
  }
  return epochs;
}

std::int64_t JobsFixture::Watch(const std::string& job, EventLog& log,
                                std::int64_t after_epoch) {
  return ValueOrThrow(runner_->Watch(job, after_epoch, log.sink()));
}

std::filesystem::path JobsFixture::MakeJobFile(const std::string& job,
                                               std::string_view name) {
  std::filesystem::path file = folder_->job(job) / name;
  OrThrow(CreateFolder(file.parent_path()));
  OrThrow(WriteFileAtomically(file, "content"));
  return file;
}

void JobsFixture::RefuseWrites(bool refused) {
  OrThrow(database_->Transact([&](SQLite::Database& database) {
    database.exec(refused ? "CREATE TRIGGER refuse BEFORE UPDATE ON jobs BEGIN "
                            "SELECT RAISE(ABORT, 'no room'); END"
                          : "DROP TRIGGER refuse");
    return absl::OkStatus();
  }));
}

void JobsFixture::LoseDataset() {
  OrThrow(database_->Transact([](SQLite::Database& database) {
    database.exec("DELETE FROM datasets");
    return absl::OkStatus();
  }));
}

std::map<std::string, std::int64_t> JobsFixture::published() {
  MutexLock lock(mutex_);
  return published_;
}

void JobsFixture::FailPublishing(absl::Status status) {
  MutexLock lock(mutex_);
  publishing_ = std::move(status);
}

void JobsFixture::SetPublishHook(std::function<void(const JobRecord&)> hook) {
  MutexLock lock(mutex_);
  publish_hook_ = std::move(hook);
}

absl::StatusOr<std::int64_t> JobsFixture::Publish(const JobRecord& job) {
  std::function<void(const JobRecord&)> hook;
  {
    MutexLock lock(mutex_);
    hook = publish_hook_;
  }
  if (hook) hook(job);
  MutexLock lock(mutex_);
  if (!publishing_.ok()) return publishing_;
  const auto next = static_cast<std::int64_t>(published_.size()) + 1;
  return published_.emplace(job.job, next).first->second;
}

std::optional<std::int64_t> JobsFixture::FindVersion(const std::string& job) {
  MutexLock lock(mutex_);
  const auto found = published_.find(job);
  if (found == published_.end()) return std::nullopt;
  return found->second;
}

}  // namespace carousel
