// The versions that are in memory, and which one a reference means.
#ifndef CAROUSEL_CORE_SERVE_MODEL_REGISTRY_H_
#define CAROUSEL_CORE_SERVE_MODEL_REGISTRY_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/base/names.h"
#include "core/serve/live_model.h"
#include "core/serve/loaded_versions.h"
#include "core/store/model_store.h"

namespace carousel {

struct ModelRegistryOptions {
  // How many bytes of weights may be in memory; 0: no bound. Versions with a
  // label, and those that Load was asked for, stay in any case. Of the others
  // the least recently used go first, but never the one that was loaded last:
  // so a version that finds no room beside those that stay is still loaded
  // once, and not by each call.
  std::int64_t memory_bytes = 0;
  // Says when a version was used. Not owned.
  const Clock* clock = &Clock::Real();
};

// Thread-safe. A version in memory is found without waiting for a load; loads,
// labels, unloads and deletions run one at a time. Labels move and versions go
// through here alone: the registry remembers what a reference means.
class ModelRegistry {
 public:
  using Loader = std::function<absl::StatusOr<std::shared_ptr<const LiveModel>>(
      const std::string& name, std::int64_t version,
      const std::filesystem::path& folder)>;
  // Told how long each load took and whether it worked; may be null. Must be
  // quick.
  using LoadObserver = std::function<void(double seconds, bool ok)>;

  // The store is not owned.
  ModelRegistry(ModelStore& store, Loader loader, LoadObserver observer,
                const ModelRegistryOptions& options = {});

  // Loads every labelled version. One that fails is left out and named in the
  // returned list; the rest serve.
  absl::StatusOr<std::vector<absl::Status>> LoadLabelled()
      EXCLUDES(change_mutex_, mutex_);

  // The model that a reference means, loading it when it is not in memory.
  // NOT_FOUND as ModelStore::Resolve; DATA_LOSS for damaged files. A version
  // whose files are to blame gives the same error again without another try,
  // so that calls for it cost nothing; Load, Promote and Publish try again.
  absl::StatusOr<std::shared_ptr<const LiveModel>> Get(
      const ModelReference& reference) EXCLUDES(change_mutex_, mutex_);

  // What Get gives when that needs no load; nothing when it needs one. Waits
  // for the catalogue at most, and only for a reference that it has not seen
  // since the labels last moved.
  std::optional<absl::StatusOr<std::shared_ptr<const LiveModel>>> GetLoaded(
      const ModelReference& reference) EXCLUDES(mutex_);

  // Loads a version and keeps it until Unload. RESOURCE_EXHAUSTED, naming the
  // bound, when the versions that stay would be more than that.
  absl::Status Load(const ModelReference& reference)
      EXCLUDES(change_mutex_, mutex_);
  // Lets go of a version; calls that hold it finish. FAILED_PRECONDITION
  // naming the labels for a labelled one; NOT_FOUND when it is not loaded.
  absl::Status Unload(const ModelReference& reference)
      EXCLUDES(change_mutex_, mutex_);

  // Loads and warms the version, then moves the label, in the store and here.
  // What the label pointed at goes on serving when anything fails.
  absl::StatusOr<ModelVersionRecord> Promote(const ModelReference& reference,
                                             std::string_view label)
      EXCLUDES(change_mutex_, mutex_);

  // Publishes a job's result: store, load, warm, `latest`, and `stable` when
  // `promote_if_better` and its validation accuracy on the same dataset is
  // higher than that of stable's holder, or nobody holds it. A version that
  // does not load keeps its place in the store but gets no label. Safe to
  // repeat for the same job after an error or a crash at any point: it gives
  // the same version and does what is left. `latest` never moves back.
  absl::StatusOr<ModelVersionRecord> Publish(
      const ModelVersionRecord& record, const std::filesystem::path& content,
      bool promote_if_better) EXCLUDES(change_mutex_, mutex_);

  // Publishes a folder that no job of this server made: as Publish, but what
  // does not load is not kept.
  absl::StatusOr<ModelVersionRecord> Import(
      const ModelVersionRecord& record, const std::filesystem::path& content)
      EXCLUDES(change_mutex_, mutex_);

  // Unloads and deletes; FAILED_PRECONDITION as ModelStore::Delete.
  absl::Status Delete(const ModelReference& reference)
      EXCLUDES(change_mutex_, mutex_);
  // The same for all versions of a model, as ModelStore::DeleteAll.
  absl::Status DeleteAll(const std::string& model)
      EXCLUDES(change_mutex_, mutex_);

  std::vector<LoadedVersion> Loaded() const { return loaded_.List(); }
  VersionUse Describe(const std::string& model, std::int64_t version) const {
    return loaded_.Describe({model, version});
  }

 private:
  using Key = LoadedVersions::Key;
  using ModelPointer = LoadedVersions::ModelPointer;

  // The version that a reference means.
  absl::StatusOr<Key> Resolve(const ModelReference& reference) EXCLUDES(mutex_);
  // For whatever changes the answers of the store.
  void ForgetReferences() EXCLUDES(mutex_);
  // What came of the version's last load, for a call that is to use it;
  // nothing when there was none.
  std::optional<absl::StatusOr<ModelPointer>> Use(const Key& key);
  // The version, loaded when it is not in memory.
  absl::StatusOr<ModelPointer> FindOrLoad(const Key& key)
      REQUIRES(change_mutex_);
  absl::StatusOr<ModelPointer> ReadVersion(const Key& key)
      REQUIRES(change_mutex_);
  // Lets go of what is too much beside `newest` and what stays.
  void MakeRoom(const Key& newest) REQUIRES(change_mutex_);
  // Whether what stays is within the bound when `key` stays, too.
  absl::Status CheckRoomToKeep(const Key& key) REQUIRES(change_mutex_);
  absl::StatusOr<std::set<Key>> Labelled() const;
  // What comes after the load of a version that was published: its labels.
  absl::StatusOr<ModelVersionRecord> Label(const ModelVersionRecord& published,
                                           bool promote_if_better)
      REQUIRES(change_mutex_) EXCLUDES(mutex_);
  absl::Status MoveLabels(const ModelVersionRecord& published,
                          bool promote_if_better) REQUIRES(change_mutex_);

  ModelStore& store_;
  const Loader loader_;
  const LoadObserver observer_;
  const std::int64_t memory_bytes_;
  LoadedVersions loaded_;

  // Held through every change, which may take as long as a load: two loads of
  // one version would double its memory, and a version must not be unloaded or
  // deleted between its load and its label. Taken before mutex_.
  Mutex change_mutex_;
  // Held for a look at the map or one change of it.
  mutable Mutex mutex_;
  // What the store answered, by ModelReference::ToString: a call should not
  // wait for the catalogue while an epoch is being written to the disk.
  std::map<std::string, Key> references_ GUARDED_BY(mutex_);
  // Grows with each ForgetReferences: an answer from before it is not kept.
  std::uint64_t generation_ GUARDED_BY(mutex_) = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_MODEL_REGISTRY_H_
