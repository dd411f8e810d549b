#include "core/serve/loaded_versions.h"

namespace carousel {

std::optional<LoadedVersions::Outcome> LoadedVersions::Find(
    const Key& key) const {
  MutexLock lock(mutex_);
  const auto it = entries_.find(key);
  if (it == entries_.end()) return std::nullopt;
  return it->second.outcome;
}

std::optional<LoadedVersions::Outcome> LoadedVersions::Use(const Key& key) {
  const absl::Time now = clock_.Now();
  MutexLock lock(mutex_);
  const auto it = entries_.find(key);
  if (it == entries_.end()) return std::nullopt;
  it->second.order = ++order_;
  if (it->second.outcome.ok()) used_.insert_or_assign(key, now);
  return it->second.outcome;
}

void LoadedVersions::Put(const Key& key, const Outcome& outcome,
                         bool remember) {
  std::optional<Outcome> former;  // ends after the lock
  MutexLock lock(mutex_);
  if (!outcome.ok() && !remember) {
    const auto it = entries_.find(key);
    if (it == entries_.end()) return;
    former = std::move(it->second.outcome);
    entries_.erase(it);
    return;
  }
  Entry& entry =
      entries_.try_emplace(key, Entry{.outcome = outcome}).first->second;
  former = std::exchange(entry.outcome, outcome);
  entry.order = ++order_;
}

void LoadedVersions::SetKept(const Key& key, bool kept) {
  MutexLock lock(mutex_);
  const auto it = entries_.find(key);
  if (it != entries_.end()) it->second.kept = kept;
}

bool LoadedVersions::IsKept(const Key& key) const {
  MutexLock lock(mutex_);
  const auto it = entries_.find(key);
  return it != entries_.end() && it->second.kept;
}

bool LoadedVersions::Remove(const Key& key) {
  // Destroyed after the lock is gone: freeing a model takes a while.
  Outcome removed;
  MutexLock lock(mutex_);
  const auto it = entries_.find(key);
  if (it == entries_.end()) return false;
  removed = std::move(it->second.outcome);
  entries_.erase(it);
  return removed.ok();
}

void LoadedVersions::Forget(const Key& key) {
  Remove(key);
  MutexLock lock(mutex_);
  used_.erase(key);
}

std::vector<LoadedVersion> LoadedVersions::Shrink(
    std::int64_t bytes, const std::function<bool(const Key&)>& stays) {
  std::vector<Outcome> removed;  // ends after the lock, as in Remove
  std::vector<LoadedVersion> gone;
  MutexLock lock(mutex_);
  while (SumBytes() > bytes) {
    const Key* const key = LeastRecentlyUsed(stays);
    if (key == nullptr) break;
    const auto it = entries_.find(*key);
    gone.push_back({key->first, key->second, it->second.bytes()});
    removed.push_back(std::move(it->second.outcome));
    entries_.erase(it);
  }
  return gone;
}

const LoadedVersions::Key* LoadedVersions::LeastRecentlyUsed(
    const std::function<bool(const Key&)>& stays) const {
  const Key* found = nullptr;
  std::uint64_t order = 0;
  for (const auto& [key, entry] : entries_) {
    if (!entry.outcome.ok() || entry.kept || stays(key)) continue;
    if (found != nullptr && entry.order > order) continue;
    found = &key;
    order = entry.order;
  }
  return found;
}

std::int64_t LoadedVersions::TotalBytes() const {
  MutexLock lock(mutex_);
  return SumBytes();
}

std::int64_t LoadedVersions::SumBytes() const {
  std::int64_t total = 0;
  for (const auto& [key, entry] : entries_) total += entry.bytes();
  return total;
}

std::vector<LoadedVersion> LoadedVersions::List() const {
  MutexLock lock(mutex_);
  std::vector<LoadedVersion> versions;
  for (const auto& [key, entry] : entries_) {
    if (!entry.outcome.ok()) continue;
    versions.push_back({key.first, key.second, entry.bytes()});
  }
  return versions;
}

VersionUse LoadedVersions::Describe(const Key& key) const {
  MutexLock lock(mutex_);
  VersionUse use;
  if (const auto it = entries_.find(key); it != entries_.end()) {
    use.loaded = it->second.outcome.ok();
    use.bytes = it->second.bytes();
  }
  if (const auto it = used_.find(key); it != used_.end()) {
    use.last_used = it->second;
  }
  return use;
}

}  // namespace carousel
