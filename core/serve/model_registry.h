// The versions that are in memory, and which one a reference means.
#ifndef CAROUSEL_CORE_SERVE_MODEL_REGISTRY_H_
#define CAROUSEL_CORE_SERVE_MODEL_REGISTRY_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/base/names.h"
#include "core/serve/live_model.h"
#include "core/store/model_store.h"

namespace carousel {

struct LoadedVersion {
  std::string model;
  std::int64_t version = 0;
  std::int64_t bytes = 0;
};

// Thread-safe. Loading runs without the lock; a swap is one pointer.
class ModelRegistry {
 public:
  using Loader = std::function<absl::StatusOr<std::shared_ptr<const LiveModel>>(
      const std::string& name, std::int64_t version,
      const std::filesystem::path& folder)>;
  // Told how long each load took and whether it worked; may be null.
  using LoadObserver = std::function<void(double seconds, bool ok)>;

  // Nothing is owned.
  ModelRegistry(ModelStore& store, Loader loader, LoadObserver observer);

  // Loads every labelled version. One that fails is left out and named in the
  // returned list; the rest serve.
  absl::StatusOr<std::vector<absl::Status>> LoadLabelled() EXCLUDES(mutex_);

  // The model that a reference means, loading it when it is not in memory.
  // NOT_FOUND as ModelStore::Resolve; DATA_LOSS for damaged files.
  absl::StatusOr<std::shared_ptr<const LiveModel>> Get(
      const ModelReference& reference) EXCLUDES(mutex_);

  // Loads a version and keeps it until Unload.
  absl::Status Load(const ModelReference& reference) EXCLUDES(mutex_);
  // Lets go of a version; calls that hold it finish. FAILED_PRECONDITION
  // naming the labels for a labelled one; NOT_FOUND when it is not loaded.
  absl::Status Unload(const ModelReference& reference) EXCLUDES(mutex_);

  // Loads and warms the version, then moves the label, in the store and here.
  // What the label pointed at goes on serving when anything fails.
  absl::StatusOr<ModelVersionRecord> Promote(const ModelReference& reference,
                                             std::string_view label)
      EXCLUDES(mutex_);

  // Publishes a job's result: store, load, warm, `latest`, and `stable` when
  // `promote_if_better` and its validation accuracy on the same dataset is
  // higher than that of stable's holder, or nobody holds it. Gives the same
  // version when called again for the same job.
  absl::StatusOr<ModelVersionRecord> Publish(
      const ModelVersionRecord& record, const std::filesystem::path& content,
      bool promote_if_better) EXCLUDES(mutex_);

  // Unloads and deletes; FAILED_PRECONDITION as ModelStore::Delete.
  absl::Status Delete(const ModelReference& reference) EXCLUDES(mutex_);

  std::vector<LoadedVersion> Loaded() const EXCLUDES(mutex_);

 private:
  using Key = std::pair<std::string, std::int64_t>;
  absl::StatusOr<std::shared_ptr<const LiveModel>> GetVersion(
      const std::string& model, std::int64_t version) EXCLUDES(mutex_);

  ModelStore& store_;
  const Loader loader_;
  const LoadObserver observer_;
  mutable Mutex mutex_;
  // One load at a time: two of the same version would double its memory.
  Mutex loading_mutex_;
  std::map<Key, std::shared_ptr<const LiveModel>> loaded_ GUARDED_BY(mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_MODEL_REGISTRY_H_
