// What is in memory, and when it was used.
#ifndef CAROUSEL_CORE_SERVE_LOADED_VERSIONS_H_
#define CAROUSEL_CORE_SERVE_LOADED_VERSIONS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/serve/live_model.h"

namespace carousel {

struct LoadedVersion {
  std::string model;
  std::int64_t version = 0;
  std::int64_t bytes = 0;
};

// What is known of a version, in memory or not.
struct VersionUse {
  bool loaded = false;
  std::int64_t bytes = 0;  // in memory
  // By a call; nothing when there was none yet.
  std::optional<absl::Time> last_used;
};

// Thread-safe; every method is quick, but for the end of a large model that
// nobody else holds.
class LoadedVersions {
 public:
  using Key = std::pair<std::string, std::int64_t>;
  using ModelPointer = std::shared_ptr<const LiveModel>;
  using Outcome = absl::StatusOr<ModelPointer>;

  // The clock is not owned.
  explicit LoadedVersions(const Clock& clock) : clock_(clock) {}

  // What came of the version's last load; nothing when there was none. Use
  // notes that a call asked for it.
  std::optional<Outcome> Find(const Key& key) const EXCLUDES(mutex_);
  std::optional<Outcome> Use(const Key& key) EXCLUDES(mutex_);

  // Notes what came of a load; an error without `remember` is forgotten.
  void Put(const Key& key, const Outcome& outcome, bool remember)
      EXCLUDES(mutex_);
  // Whether the version stays until Remove; nothing for one that is not there.
  void SetKept(const Key& key, bool kept) EXCLUDES(mutex_);
  bool IsKept(const Key& key) const EXCLUDES(mutex_);
  // False when the version was not in memory.
  bool Remove(const Key& key) EXCLUDES(mutex_);
  // The same, and forgets when it was used.
  void Forget(const Key& key) EXCLUDES(mutex_);

  // Lets go of the versions that are neither kept nor `stay`, the least
  // recently used first (a load counts as a use), until at most `bytes` are in
  // memory. Who holds one goes on with it. Returns those that went.
  std::vector<LoadedVersion> Shrink(
      std::int64_t bytes, const std::function<bool(const Key&)>& stays)
      EXCLUDES(mutex_);

  std::int64_t TotalBytes() const EXCLUDES(mutex_);
  std::vector<LoadedVersion> List() const EXCLUDES(mutex_);
  VersionUse Describe(const Key& key) const EXCLUDES(mutex_);

 private:
  struct Entry {
    Outcome outcome;
    std::uint64_t order = 0;  // of its last use; larger is later
    bool kept = false;

    std::int64_t bytes() const {
      return outcome.ok() ? (*outcome)->bytes() : 0;
    }
  };

  // The next to go; null when all stay.
  const Key* LeastRecentlyUsed(
      const std::function<bool(const Key&)>& stays) const REQUIRES(mutex_);
  std::int64_t SumBytes() const REQUIRES(mutex_);

  const Clock& clock_;
  mutable Mutex mutex_;
  std::map<Key, Entry> entries_ GUARDED_BY(mutex_);
  std::map<Key, absl::Time> used_ GUARDED_BY(mutex_);
  std::uint64_t order_ GUARDED_BY(mutex_) = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_LOADED_VERSIONS_H_
