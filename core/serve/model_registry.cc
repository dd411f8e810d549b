#include "core/serve/model_registry.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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
                             LoadObserver observer)
    : store_(store),
      loader_(std::move(loader)),
      observer_(std::move(observer)) {}

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

std::optional<absl::StatusOr<ModelRegistry::ModelPointer>> ModelRegistry::Find(
    const Key& key) const {
  MutexLock lock(mutex_);
  const auto it = loads_.find(key);
  if (it == loads_.end()) return std::nullopt;
  return InContext(key, it->second);
}

absl::StatusOr<ModelRegistry::ModelPointer> ModelRegistry::FindOrLoad(
    const Key& key) {
  if (auto found = Find(key); found.has_value() && found->ok()) return *found;
  const auto started = Clock::Real().SteadyNow();
  absl::StatusOr<ModelPointer> model = ReadVersion(key);
  if (observer_ != nullptr) {
    const std::chrono::duration<double> seconds =
        Clock::Real().SteadyNow() - started;
    observer_(seconds.count(), model.ok());
  }
  MutexLock lock(mutex_);
  if (model.ok() || IsLasting(model.status())) {
    loads_.insert_or_assign(key, model);
  } else {
    loads_.erase(key);
  }
  return InContext(key, model);
}

absl::StatusOr<ModelRegistry::ModelPointer> ModelRegistry::ReadVersion(
    const Key& key) {
  ASSIGN_OR_RETURN(const std::filesystem::path folder,
                   store_.VerifiedFolder(key.first, key.second));
  return loader_(key.first, key.second, folder);
}

bool ModelRegistry::Remove(const Key& key) {
  // Destroyed after the lock is gone: freeing a model takes a while.
  absl::StatusOr<ModelPointer> removed;
  MutexLock lock(mutex_);
  const auto it = loads_.find(key);
  if (it == loads_.end()) return false;
  removed = std::move(it->second);
  loads_.erase(it);
  return removed.ok();
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
  return Find(*key);
}

absl::StatusOr<std::shared_ptr<const LiveModel>> ModelRegistry::Get(
    const ModelReference& reference) {
  ASSIGN_OR_RETURN(const Key key, Resolve(reference));
  if (auto found = Find(key); found.has_value()) return *std::move(found);
  MutexLock change_lock(change_mutex_);
  // Another call may have tried while this one waited.
  if (auto found = Find(key); found.has_value()) return *std::move(found);
  return FindOrLoad(key);
}

absl::Status ModelRegistry::Load(const ModelReference& reference) {
  MutexLock change_lock(change_mutex_);
  ASSIGN_OR_RETURN(const ModelVersionRecord record, store_.Resolve(reference));
  return FindOrLoad({record.model, record.version}).status();
}

absl::Status ModelRegistry::Unload(const ModelReference& reference) {
  MutexLock change_lock(change_mutex_);
  ASSIGN_OR_RETURN(const ModelVersionRecord record, store_.Resolve(reference));
  const std::string name = VersionName(record.model, record.version);
  if (!record.labels.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        name, " has the labels ", absl::StrJoin(record.labels, ", "),
        "; a labelled version stays loaded"));
  }
  if (!Remove({record.model, record.version})) {
    return absl::NotFoundError(absl::StrCat(name, " is not loaded"));
  }
  return absl::OkStatus();
}

absl::StatusOr<ModelVersionRecord> ModelRegistry::Promote(
    const ModelReference& reference, std::string_view label) {
  // Before a load that would be for nothing.
  RETURN_IF_ERROR(ValidateLabel("label", label));
  MutexLock change_lock(change_mutex_);
  ASSIGN_OR_RETURN(const ModelVersionRecord record, store_.Resolve(reference));
  RETURN_IF_ERROR(FindOrLoad({record.model, record.version}).status());
  RETURN_IF_ERROR(store_.SetLabel(record.model, record.version, label));
  ForgetReferences();
  return store_.Resolve({.name = record.model, .version = record.version});
}

absl::StatusOr<ModelVersionRecord> ModelRegistry::Publish(
    const ModelVersionRecord& record, const std::filesystem::path& content,
    bool promote_if_better) {
  ASSIGN_OR_RETURN(const ModelVersionRecord published,
                   store_.Publish(record, content));
  MutexLock change_lock(change_mutex_);
  RETURN_IF_ERROR(FindOrLoad({published.model, published.version}).status());
  const absl::Status moved = MoveLabels(published, promote_if_better);
  ForgetReferences();
  RETURN_IF_ERROR(moved);
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
    Remove({record.model, record.version});
  }
  return deleted;
}

std::vector<LoadedVersion> ModelRegistry::Loaded() const {
  MutexLock lock(mutex_);
  std::vector<LoadedVersion> versions;
  for (const auto& [key, model] : loads_) {
    if (!model.ok()) continue;
    versions.push_back({key.first, key.second, (*model)->bytes()});
  }
  return versions;
}

}  // namespace carousel
