#include "core/serve/model_registry.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/clock.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

// "imdb@3".
std::string VersionName(const std::string& model, std::int64_t version) {
  return absl::StrCat(model, "@", version);
}

// The same, with the version's name before the message of an error. The error
// is a copy of its own.
template <typename T>
absl::StatusOr<T> InContext(const std::pair<std::string, std::int64_t>& version,
                            const absl::StatusOr<T>& result) {
  if (result.ok()) return result;
  return WithContext(result.status(),
                     VersionName(version.first, version.second));
}

// Whether another try would meet the same error: the files are to blame, and
// not the machine at that moment.
bool IsLasting(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsInvalidArgument(status) ||
         absl::IsFailedPrecondition(status) || absl::IsNotFound(status);
}

// Whether `candidate` should take over from `holder`, by the rule of
// `promote_if_better`: accuracies on different datasets say nothing.
bool IsBetter(const ModelVersionRecord& candidate,
              const ModelVersionRecord& holder) {
  return candidate.dataset == holder.dataset &&
         candidate.validation_accuracy.has_value() &&
         holder.validation_accuracy.has_value() &&
         *candidate.validation_accuracy > *holder.validation_accuracy;
}

}  // namespace

ModelRegistry::ModelRegistry(ModelStore& store, Loader loader,
                             LoadObserver observer,
                             const ModelRegistryOptions& options)
    : store_(store),
      loader_(std::move(loader)),
      observer_(std::move(observer)),
      memory_bytes_(options.memory_bytes),
      loaded_(*options.clock) {}

absl::StatusOr<ModelRegistry::Key> ModelRegistry::Resolve(
    const ModelReference& reference) {
  const std::string text = reference.ToString();
  std::uint64_t generation = 0;
  {
    MutexLock lock(mutex_);
    const auto it = references_.find(text);
    if (it != references_.end()) return it->second;
    generation = generation_;
  }
  ASSIGN_OR_RETURN(const ModelVersionRecord record, store_.Resolve(reference));
  Key key = {record.model, record.version};
  MutexLock lock(mutex_);
  if (generation == generation_) references_.emplace(text, key);
  return key;
}

void ModelRegistry::ForgetReferences() {
  MutexLock lock(mutex_);
  references_.clear();
  ++generation_;
}

std::optional<absl::StatusOr<ModelRegistry::ModelPointer>> ModelRegistry::Use(
    const Key& key) {
  std::optional<LoadedVersions::Outcome> outcome = loaded_.Use(key);
  if (!outcome.has_value()) return std::nullopt;
  return InContext(key, *outcome);
}

absl::StatusOr<ModelRegistry::ModelPointer> ModelRegistry::FindOrLoad(
    const Key& key) {
  if (auto found = loaded_.Find(key); found.has_value() && found->ok()) {
    return *found;
  }
  const auto started = Clock::Real().SteadyNow();
  absl::StatusOr<ModelPointer> model = ReadVersion(key);
  if (observer_ != nullptr) {
    const std::chrono::duration<double> seconds =
        Clock::Real().SteadyNow() - started;
    observer_(seconds.count(), model.ok());
  }
  loaded_.Put(key, model, /*remember=*/IsLasting(model.status()));
  MakeRoom(key);
  return InContext(key, model);
}

absl::StatusOr<ModelRegistry::ModelPointer> ModelRegistry::ReadVersion(
    const Key& key) {
  ASSIGN_OR_RETURN(const std::filesystem::path folder,
                   store_.VerifiedFolder(key.first, key.second));
  return loader_(key.first, key.second, folder);
}

absl::StatusOr<std::vector<absl::Status>> ModelRegistry::LoadLabelled() {
  ASSIGN_OR_RETURN(const std::vector<ModelVersionRecord> labelled,
                   store_.Labelled());
  std::vector<absl::Status> failures;
  for (const ModelVersionRecord& record : labelled) {
    MutexLock change_lock(change_mutex_);
    const auto model = FindOrLoad({record.model, record.version});
    if (!model.ok()) failures.push_back(model.status());
  }
  return failures;
}

std::optional<absl::StatusOr<std::shared_ptr<const LiveModel>>>
ModelRegistry::GetLoaded(const ModelReference& reference) {
  const absl::StatusOr<Key> key = Resolve(reference);
  if (!key.ok()) return key.status();
  return Use(*key);
}

absl::StatusOr<std::shared_ptr<const LiveModel>> ModelRegistry::Get(
    const ModelReference& reference) {
  ASSIGN_OR_RETURN(const Key key, Resolve(reference));
  if (auto found = Use(key); found.has_value()) return *std::move(found);
  MutexLock change_lock(change_mutex_);
  // Another call may have tried while this one waited.
  if (auto found = Use(key); found.has_value()) return *std::move(found);
  ASSIGN_OR_RETURN(ModelPointer model, FindOrLoad(key));
  Use(key);
  return model;
}

absl::StatusOr<ModelVersionRecord> ModelRegistry::Promote(
    const ModelReference& reference, std::string_view label) {
  // Before a load that would be for nothing.
  RETURN_IF_ERROR(ValidateLabel("label", label));
  MutexLock change_lock(change_mutex_);
  ASSIGN_OR_RETURN(const ModelVersionRecord record, store_.Resolve(reference));
  const Key key = {record.model, record.version};
  RETURN_IF_ERROR(FindOrLoad(key).status());
  RETURN_IF_ERROR(store_.SetLabel(record.model, record.version, label));
  ForgetReferences();
  MakeRoom(key);  // the label's former holder may go now
  return store_.Resolve({.name = record.model, .version = record.version});
}

absl::StatusOr<ModelVersionRecord> ModelRegistry::Publish(
    const ModelVersionRecord& record, const std::filesystem::path& content,
    bool promote_if_better) {
  ASSIGN_OR_RETURN(const ModelVersionRecord published,
                   store_.Publish(record, content));
  MutexLock change_lock(change_mutex_);
  RETURN_IF_ERROR(FindOrLoad({published.model, published.version}).status());
  return Label(published, promote_if_better);
}

absl::StatusOr<ModelVersionRecord> ModelRegistry::Import(
    const ModelVersionRecord& record, const std::filesystem::path& content) {
  ASSIGN_OR_RETURN(const ModelVersionRecord published,
                   store_.Publish(record, content));
  const Key key = {published.model, published.version};
  MutexLock change_lock(change_mutex_);
  if (const absl::Status loaded = FindOrLoad(key).status(); !loaded.ok()) {
    // Nobody would do again what a job does after its error.
    loaded_.Forget(key);
    store_.Delete(published.model, published.version).IgnoreError();
    return loaded;
  }
  return Label(published, /*promote_if_better=*/false);
}

absl::StatusOr<ModelVersionRecord> ModelRegistry::Label(
    const ModelVersionRecord& published, bool promote_if_better) {
  const absl::Status moved = MoveLabels(published, promote_if_better);
  ForgetReferences();
  RETURN_IF_ERROR(moved);
  MakeRoom({published.model, published.version});
  return store_.Resolve(
      {.name = published.model, .version = published.version});
}

absl::Status ModelRegistry::MoveLabels(const ModelVersionRecord& published,
                                       bool promote_if_better) {
  const auto move = [&](const char* label) {
    return store_.SetLabel(published.model, published.version, label);
  };
  const auto holder_of = [&](const char* label) {
    return store_.Resolve({.name = published.model, .label = label});
  };
  const auto latest = holder_of(kLatestLabel);
  if (!latest.ok() && !absl::IsNotFound(latest.status())) {
    return latest.status();
  }
  if (!latest.ok() || latest->version < published.version) {
    RETURN_IF_ERROR(move(kLatestLabel));
  }
  if (!promote_if_better) return absl::OkStatus();
  const auto stable = holder_of(kStableLabel);
  if (!stable.ok() && !absl::IsNotFound(stable.status())) {
    return stable.status();
  }
  if (!stable.ok() || IsBetter(published, *stable)) return move(kStableLabel);
  return absl::OkStatus();
}

absl::Status ModelRegistry::Delete(const ModelReference& reference) {
  MutexLock change_lock(change_mutex_);
  ASSIGN_OR_RETURN(const ModelVersionRecord record, store_.Resolve(reference));
  absl::Status deleted = store_.Delete(record.model, record.version);
  // An error may mean that the version is gone and its folder is not yet.
  const ModelReference version = {.name = record.model,
                                  .version = record.version};
  if (deleted.ok() || absl::IsNotFound(store_.Resolve(version).status())) {
    ForgetReferences();
    loaded_.Forget({record.model, record.version});
  }
  return deleted;
}

absl::Status ModelRegistry::DeleteAll(const std::string& model) {
  MutexLock change_lock(change_mutex_);
  std::vector<std::int64_t> versions;
  absl::Status deleted = store_.DeleteAll(model, versions);
  // As above: what is named here is gone, whatever became of its folder.
  ForgetReferences();
  for (const std::int64_t version : versions) {
    loaded_.Forget({model, version});
  }
  return deleted;
}

}  // namespace carousel
