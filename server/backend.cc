#include "server/backend.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "core/base/status_macros.h"
#include "core/engine/engine.h"
#include "core/jobs/vectors_publishing.h"
#include "core/serve/torch_live_model.h"
#include "core/store/lost_catalogue.h"
#include "server/call_context.h"

namespace carousel {
namespace {

// Threads for calls that read the catalogue, and for calls that read whole
// files, load or evaluate a model. Both mostly wait: for the disk, for
// SQLite's lock, for LibTorch's own threads.
constexpr std::size_t kMinQuickThreads = 4;
constexpr std::size_t kHeavyThreads = 4;

// Tokenizing keeps a core busy and shares its threads with nothing that waits.
// Loads wait for each other, so one thread more than works is enough.
constexpr std::size_t kMinEncodeThreads = 2;
constexpr std::size_t kLoadThreads = 2;

// Streams take turns; a step computes for a few milliseconds. Batches answer
// more texts in the same time, so the streams get no more than this.
constexpr std::size_t kStreamThreads = 2;

std::size_t Cores(std::size_t at_least) {
  return std::max<std::size_t>(at_least, std::thread::hardware_concurrency());
}

// What is left of the drain when the workers have had their time.
constexpr double kStopGraceShare = 0.7;

PredictorOptions MakePredictorOptions(const ServerOptions& options,
                                      const std::string& device) {
  PredictorOptions predictor;
  // The engine's loop is one thread's; the other engines, and an accelerator,
  // share out each batch.
  if (device == "cpu" &&
      ParseEngine(options.engine).value() == Engine::kFused) {
    predictor.threads =
        options.threads > 0 ? options.threads : static_cast<int>(Cores(1));
  }
  predictor.queue.capacity = static_cast<std::size_t>(options.predict_queue);
  predictor.queue.batch.rows = static_cast<std::size_t>(options.max_batch_rows);
  return predictor;
}

LiveModelOptions MakeLiveModelOptions(const ServerOptions& options,
                                      const std::string& device) {
  return {.engine = ParseEngine(options.engine).value(),  // validated
          .device = device,
          .folded_bytes = options.folded_bytes,
          .precision = ParsePrecision(options.serving_precision).value()};
}

// All cores are the workers' when nobody asks for an answer; one that does goes
// first (worker/worker_process.h).
int WorkerThreads(const ServerOptions& options) {
  if (options.train_threads > 0) return options.train_threads;
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  return std::max(1, cores / options.train_slots);
}

JobRunnerOptions MakeRunnerOptions(const ServerOptions& options) {
  JobRunnerOptions runner;
  runner.slots = options.train_slots;
  runner.max_queued = options.max_queued_jobs;
  runner.stop_grace =
      absl::ToChronoNanoseconds(options.drain * kStopGraceShare);
  runner.stall.limit = absl::ToChronoNanoseconds(options.stall);
  return runner;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Backend>> Backend::Open(
    const ServerOptions& options, const std::string& device, Metrics& metrics,
    const Clock& clock, const EventLog& log) {
  ASSIGN_OR_RETURN(std::unique_ptr<DataFolder> folder,
                   DataFolder::Open(options.data_dir));
  RETURN_IF_ERROR(RefuseLostCatalogue(*folder));
  ASSIGN_OR_RETURN(std::unique_ptr<CatalogueDatabase> database,
                   CatalogueDatabase::Open(folder->database()));
  std::unique_ptr<Backend> backend(new Backend(options, device, metrics, clock,
                                               log, std::move(folder),
                                               std::move(database)));
  RETURN_IF_ERROR(backend->Recover());
  return backend;
}

Backend::Backend(const ServerOptions& options, const std::string& device,
                 Metrics& metrics, const Clock& clock, const EventLog& log,
                 std::unique_ptr<DataFolder> folder,
                 std::unique_ptr<CatalogueDatabase> database)
    : log_(log),
      clock_(clock),
      folder_(std::move(folder)),
      database_(std::move(database)),
      assets_(*folder_, *database_, clock),
      job_store_(*database_, clock),
      model_store_(*folder_, *database_, clock),
      registry_(model_store_, MakeLoader(options, device),
                [&metrics](double seconds, bool ok) {
                  metrics.predict().OnLoad(seconds);
                },
                {.memory_bytes = options.model_memory_bytes, .clock = &clock}),
      import_(registry_, clock,
              [how = MakeLiveModelOptions(options, device)](
                  const std::filesystem::path& folder) {
                return LoadLiveModel("import", 0, folder, how).status();
              }),
      evaluation_(registry_, model_store_, assets_,
                  static_cast<std::size_t>(options.max_batch_rows)),
      projection_(registry_, model_store_, assets_, *folder_),
      neighbours_(registry_, assets_),
      retention_(options.retention, *folder_, *database_, clock,
                 [this](const std::string& model, std::int64_t version) {
                   return registry_.Delete({.name = model, .version = version});
                 }),
      retention_runner_(
          retention_,
          [this](std::function<void()> task) { heavy_->Run(std::move(task)); },
          log_, metrics.training()),
      job_log_(log_, retention_runner_),
      launcher_({.worker_binary = options.worker_binary,
                 .engine = options.engine,
                 .device = device,
                 .threads = WorkerThreads(options),
                 .log = &log_}) {
  runner_.emplace(
      MakeRunnerOptions(options), *folder_, assets_, job_store_, launcher_,
      [this](const JobRecord& job, const std::filesystem::path& model_folder) {
        return PublishResult(job, model_folder);
      },
      [this](const std::string& job) { return FindVersion(job); }, &job_log_,
      clock);
  quick_.emplace(Cores(kMinQuickThreads));
  heavy_.emplace(kHeavyThreads);
  encode_.emplace(Cores(kMinEncodeThreads));
  load_.emplace(kLoadThreads);
  stream_steps_.emplace(kStreamThreads);
  predictor_.emplace(MakePredictorOptions(options, device), registry_,
                     PredictorExecutors{.encode = *encode_, .load = *load_},
                     clock, &metrics.predict());
  streams_.emplace(StreamPredictorOptions{}, registry_,
                   StreamExecutors{.read = *stream_steps_, .load = *load_},
                   clock, &metrics.predict());
}

Backend::~Backend() {
  runner_->Stop();
  predictor_->Stop();
}

ModelRegistry::Loader Backend::MakeLoader(const ServerOptions& options,
                                          const std::string& device) const {
  return [&log = log_, how = MakeLiveModelOptions(options, device)](
             const std::string& model, std::int64_t version,
             const std::filesystem::path& folder)
             -> absl::StatusOr<std::shared_ptr<const LiveModel>> {
    ASSIGN_OR_RETURN(std::shared_ptr<const LiveModel> live,
                     LoadLiveModel(model, version, folder, how));
    log.Info(
        "version_loaded",
        {{"model", model}, {"version", version}, {"bytes", live->bytes()}});
    return live;
  };
}

absl::Status Backend::Recover() {
  RETURN_IF_ERROR(assets_.Recover());
  RETURN_IF_ERROR(model_store_.Recover());
  ASSIGN_OR_RETURN(const std::vector<absl::Status> failed,
                   registry_.LoadLabelled());
  // The others serve; a call that asks for one of these hears the same.
  for (const absl::Status& status : failed) {
    log_.Error("version_not_loaded",
               {{"message", "a version with a label does not serve"},
                {"error", status.ToString()}});
  }
  return absl::OkStatus();
}

absl::Status Backend::Start() {
  RETURN_IF_ERROR(runner_->Start());
  retention_runner_.Schedule();
  return absl::OkStatus();
}

void Backend::StopJobs() { runner_->Stop(); }

absl::StatusOr<std::unique_ptr<Backup>> Backend::CreateBackup(
    const std::stop_token& stop) const {
  return Backup::Create(*folder_, *database_, clock_, stop);
}

absl::StatusOr<std::int64_t> Backend::PublishResult(
    const JobRecord& job, const std::filesystem::path& model_folder) {
  const ScopedLogContext scope(LogContextOf(job.origin));
  if (job.kind == JobKind::kVectors) {
    RETURN_IF_ERROR(PublishVectors(job, model_folder, assets_));
    log_.Info("vectors_published",
              {{"job", job.job}, {"vectors", job.vectors}});
    return 0;
  }
  ModelVersionRecord record;
  record.model = job.model;
  record.job = job.job;
  record.dataset = job.dataset;
  record.vectors = job.vectors;
  record.validation_accuracy = job.best_validation_accuracy;
  ASSIGN_OR_RETURN(
      const ModelVersionRecord published,
      registry_.Publish(record, model_folder, job.promote_if_better));
  log_.Info("version_published", {{"job", job.job},
                                  {"model", published.model},
                                  {"version", published.version}});
  return published.version;
}

absl::StatusOr<std::optional<std::int64_t>> Backend::FindVersion(
    const std::string& job) const {
  ASSIGN_OR_RETURN(const JobRecord record, job_store_.Get(job));
  if (record.kind == JobKind::kVectors) {
    ASSIGN_OR_RETURN(const bool is_published,
                     AreVectorsPublished(record, assets_));
    return is_published ? std::optional<std::int64_t>(0) : std::nullopt;
  }
  ASSIGN_OR_RETURN(const std::optional<ModelVersionRecord> published,
                   model_store_.FindByJob(job));
  if (!published.has_value()) return std::nullopt;
  return published->version;
}

absl::StatusOr<std::map<std::string, std::int64_t>> Backend::CountVersions()
    const {
  std::map<std::string, std::int64_t> counts;
  PageRequest request{.page_size = 1000};
  do {
    ASSIGN_OR_RETURN(const Page<ModelVersionRecord> page,
                     model_store_.List("", request));
    for (const ModelVersionRecord& record : page.records) {
      ++counts[record.model];
    }
    request.page_token = page.next_page_token;
  } while (!request.page_token.empty());
  return counts;
}

}  // namespace carousel
