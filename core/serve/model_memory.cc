// Which versions a ModelRegistry keeps in memory.
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/serve/model_registry.h"

namespace carousel {
namespace {

// "imdb@3".
std::string NameOf(const std::pair<std::string, std::int64_t>& version) {
  return absl::StrCat(version.first, "@", version.second);
}

}  // namespace

absl::Status ModelRegistry::Load(const ModelReference& reference) {
  MutexLock change_lock(change_mutex_);
  ASSIGN_OR_RETURN(const ModelVersionRecord record, store_.Resolve(reference));
  const Key key = {record.model, record.version};
  const bool was_loaded = loaded_.Describe(key).loaded;
  RETURN_IF_ERROR(FindOrLoad(key).status());
  if (const absl::Status room = CheckRoomToKeep(key); !room.ok()) {
    if (!was_loaded) loaded_.Remove(key);
    return room;
  }
  loaded_.SetKept(key, true);
  return absl::OkStatus();
}

absl::Status ModelRegistry::Unload(const ModelReference& reference) {
  MutexLock change_lock(change_mutex_);
  ASSIGN_OR_RETURN(const ModelVersionRecord record, store_.Resolve(reference));
  const std::string name = NameOf({record.model, record.version});
  if (!record.labels.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        name,
        record.labels.size() == 1 ? " has the label " : " has the labels ",
        absl::StrJoin(record.labels, ", "),
        "; a labelled version stays loaded"));
  }
  if (!loaded_.Remove({record.model, record.version})) {
    return absl::NotFoundError(absl::StrCat(name, " is not loaded"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::set<ModelRegistry::Key>> ModelRegistry::Labelled() const {
  ASSIGN_OR_RETURN(const std::vector<ModelVersionRecord> records,
                   store_.Labelled());
  std::set<Key> keys;
  for (const ModelVersionRecord& record : records) {
    keys.emplace(record.model, record.version);
  }
  return keys;
}

void ModelRegistry::MakeRoom(const Key& newest) {
  if (memory_bytes_ == 0 || loaded_.TotalBytes() <= memory_bytes_) return;
  const auto labelled = Labelled();
  if (!labelled.ok()) return;  // the next load tries again
  loaded_.Shrink(memory_bytes_, [&](const Key& key) {
    return key == newest || labelled->contains(key);
  });
}

absl::Status ModelRegistry::CheckRoomToKeep(const Key& key) {
  if (memory_bytes_ == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::set<Key> labelled, Labelled());
  if (labelled.contains(key)) return absl::OkStatus();
  std::int64_t stays = 0;
  std::int64_t own = 0;
  for (const LoadedVersion& version : loaded_.List()) {
    const Key other = {version.model, version.version};
    if (other == key) {
      own = version.bytes;
    } else if (labelled.contains(other) || loaded_.IsKept(other)) {
      stays += version.bytes;
    }
  }
  if (own + stays <= memory_bytes_) return absl::OkStatus();
  return WithReason(
      absl::ResourceExhaustedError(absl::StrCat(
          NameOf(key), " takes ", own,
          " bytes of memory, and the versions that have a label or were loaded "
          "take ",
          stays, "; --model_memory_bytes is ", memory_bytes_)),
      "MODEL_MEMORY_FULL");
}

}  // namespace carousel
