// Everything below the calls: the stores, the models, the queue, the jobs.
#ifndef CAROUSEL_SERVER_BACKEND_H_
#define CAROUSEL_SERVER_BACKEND_H_

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/jobs/job_runner.h"
#include "core/serve/model_registry.h"
#include "core/serve/predictor.h"
#include "core/serve/stream_predictor.h"
#include "core/store/asset_store.h"
#include "core/store/backup.h"
#include "core/store/data_folder.h"
#include "core/store/database.h"
#include "core/store/job_store.h"
#include "core/store/model_store.h"
#include "core/store/retention.h"
#include "logging/event_log.h"
#include "logging/log_context.h"
#include "server/evaluation.h"
#include "server/job_log.h"
#include "server/metrics.h"
#include "server/model_import.h"
#include "server/options.h"
#include "server/retention_runner.h"
#include "server/word_neighbours.h"
#include "server/word_projection.h"
#include "worker/process_launcher.h"

namespace carousel {

// Thread-safe once it is started.
class Backend {
 public:
  // Opens the data folder, sets right what a crash left there, and loads the
  // labelled models. `device` is as ResolveDevice gives it. `metrics` and
  // `clock` are not owned.
  static absl::StatusOr<std::unique_ptr<Backend>> Open(
      const ServerOptions& options, const std::string& device, Metrics& metrics,
      const Clock& clock, const EventLog& log);
  ~Backend();
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  // Begins to run jobs, and to remove what is not kept.
  absl::Status Start();
  // Workers stop after the batch at hand; their jobs stay QUEUED.
  void StopJobs();

  DataFolder& folder() { return *folder_; }
  AssetStore& assets() { return assets_; }
  JobStore& jobs() { return job_store_; }
  ModelStore& models() { return model_store_; }
  ModelRegistry& registry() { return registry_; }
  Predictor& predictor() { return *predictor_; }
  StreamPredictor& streams() { return *streams_; }
  JobRunner& runner() { return *runner_; }
  const ModelImport& model_import() const { return import_; }
  const Evaluation& evaluation() const { return evaluation_; }
  const WordProjection& projection() const { return projection_; }
  WordNeighbours& neighbours() { return neighbours_; }
  // For work of milliseconds, and for work of seconds to minutes.
  Executor& quick() { return *quick_; }
  Executor& heavy() { return *heavy_; }

  // See core/store/backup.h.
  absl::StatusOr<std::unique_ptr<Backup>> CreateBackup(
      const std::stop_token& stop) const;

  // Published versions by model.
  absl::StatusOr<std::map<std::string, std::int64_t>> CountVersions() const;

 private:
  Backend(const ServerOptions& options, const std::string& device,
          Metrics& metrics, const Clock& clock, const EventLog& log,
          std::unique_ptr<DataFolder> folder,
          std::unique_ptr<CatalogueDatabase> database);

  absl::Status Recover();
  ModelRegistry::Loader MakeLoader(const ServerOptions& options,
                                   const std::string& device) const;
  absl::StatusOr<std::int64_t> PublishResult(
      const JobRecord& job, const std::filesystem::path& model_folder);
  absl::StatusOr<std::optional<std::int64_t>> FindVersion(
      const std::string& job) const;

  const EventLog& log_;
  const Clock& clock_;
  const std::unique_ptr<DataFolder> folder_;
  const std::unique_ptr<CatalogueDatabase> database_;
  AssetStore assets_;
  JobStore job_store_;
  ModelStore model_store_;
  ModelRegistry registry_;
  const ModelImport import_;
  const Evaluation evaluation_;
  const WordProjection projection_;
  WordNeighbours neighbours_;
  Retention retention_;
  RetentionRunner retention_runner_;
  JobLog job_log_;
  ProcessLauncher launcher_;
  // In the order in which they are left: nothing runs on the executors when
  // what their tasks use goes.
  std::optional<JobRunner> runner_;
  std::optional<ContextThreadPool> quick_;
  std::optional<ContextThreadPool> heavy_;
  std::optional<ContextThreadPool> encode_;
  std::optional<ContextThreadPool> load_;
  std::optional<ContextThreadPool> stream_steps_;
  std::optional<Predictor> predictor_;
  std::optional<StreamPredictor> streams_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_BACKEND_H_
