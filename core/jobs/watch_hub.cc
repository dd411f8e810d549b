#include "core/jobs/watch_hub.h"

#include <utility>

namespace carousel {
namespace {

// Whether a watcher who has not heard `old` yet need not hear it when `newer`
// follows.
bool Replaces(const JobEvent& newer, const JobEvent& old) {
  const bool old_is_progress = std::holds_alternative<JobProgress>(old);
  if (std::holds_alternative<JobProgress>(newer)) return old_is_progress;
  return std::holds_alternative<WorkerStage>(newer) &&
         (old_is_progress || std::holds_alternative<WorkerStage>(old));
}

}  // namespace

WatchHub::WatchHub(std::size_t threads) : pool_(threads) {}

std::int64_t WatchHub::Add(std::string job, std::int64_t after_epoch,
                           const std::vector<EpochRecord>& past, JobSink sink) {
  MutexLock lock(mutex_);
  const std::int64_t id = ++last_id_;
  Watch& watch = watches_[id];
  watch.job = std::move(job);
  watch.last_epoch = after_epoch;
  watch.sink = std::make_shared<const JobSink>(std::move(sink));
  for (const EpochRecord& epoch : past) Enqueue(id, watch, epoch);
  return id;
}

void WatchHub::Post(std::string_view job, const JobEvent& event) {
  MutexLock lock(mutex_);
  for (auto& [id, watch] : watches_) {
    if (watch.job == job) Enqueue(id, watch, event);
  }
}

void WatchHub::PostTo(std::int64_t id, const JobEvent& event) {
  MutexLock lock(mutex_);
  if (const auto found = watches_.find(id); found != watches_.end()) {
    Enqueue(id, found->second, event);
  }
}

void WatchHub::Remove(std::int64_t id) {
  MutexLock lock(mutex_);
  for (;;) {
    // Looked up again after each wait: the watch may have ended meanwhile.
    const auto found = watches_.find(id);
    if (found == watches_.end()) return;
    Watch& watch = found->second;
    watch.removed = true;
    if (watch.caller == std::thread::id()) {
      watches_.erase(found);
      return;
    }
    if (watch.caller == std::this_thread::get_id()) return;
    called_.Wait(mutex_);
  }
}

std::set<std::string> WatchHub::WatchedJobs() const {
  MutexLock lock(mutex_);
  std::set<std::string> jobs;
  for (const auto& [id, watch] : watches_) {
    if (!watch.ended && !watch.removed) jobs.insert(watch.job);
  }
  return jobs;
}

void WatchHub::Enqueue(std::int64_t id, Watch& watch, const JobEvent& event) {
  if (watch.ended || watch.removed) return;
  if (const auto* epoch = std::get_if<EpochRecord>(&event)) {
    if (epoch->epoch <= watch.last_epoch) return;
    watch.last_epoch = epoch->epoch;
  }
  watch.ended = std::holds_alternative<JobRecord>(event);
  while (!watch.events.empty() && Replaces(event, watch.events.back())) {
    watch.events.pop_back();
  }
  watch.events.push_back(event);
  if (watch.scheduled) return;
  watch.scheduled = true;
  pool_.Run([this, id] { DeliverNext(id); });
}

void WatchHub::DeliverNext(std::int64_t id) {
  MutexLock lock(mutex_);
  const auto found = watches_.find(id);
  if (found == watches_.end()) return;
  Watch& watch = found->second;  // stays: `caller` keeps others from erasing
  const JobEvent event = std::move(watch.events.front());
  watch.events.pop_front();
  watch.caller = std::this_thread::get_id();
  const std::shared_ptr<const JobSink> sink = watch.sink;

  mutex_.Unlock();
  (*sink)(event);
  mutex_.Lock();

  watch.caller = std::thread::id();
  called_.NotifyAll();
  if (watch.removed || (watch.ended && watch.events.empty())) {
    watches_.erase(id);
  } else if (watch.events.empty()) {
    watch.scheduled = false;
  } else {
    // Behind the others, so that watchers take turns.
    pool_.Run([this, id] { DeliverNext(id); });
  }
}

}  // namespace carousel
