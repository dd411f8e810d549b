// Brings the events of jobs to whoever watches them.
//
// Every watch has its own queue and is served by a few threads of the hub, one
// event at a time, so that a slow watcher delays neither the jobs nor, while a
// thread is left, its neighbours. Progress that nobody has fetched is replaced
// by newer progress, and both it and the stage by a newer stage, so a queue
// holds little more than epochs.
#ifndef CAROUSEL_CORE_JOBS_WATCH_HUB_H_
#define CAROUSEL_CORE_JOBS_WATCH_HUB_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/executor.h"
#include "core/base/mutex.h"
#include "core/jobs/job_event.h"

namespace carousel {

// Thread-safe. The order of the posts of one job is the callers' to keep.
class WatchHub {
 public:
  explicit WatchHub(std::size_t threads);
  // Delivers what is queued, then ends.
  ~WatchHub() = default;

  // Begins a watch with the epochs of `past` after `after_epoch`; what is
  // posted from now on follows them. Returns its id, which is above 0.
  std::int64_t Add(std::string job, std::int64_t after_epoch,
                   const std::vector<EpochRecord>& past, JobSink sink)
      EXCLUDES(mutex_);

  // Tells all watches of `job`. An epoch that a watch has had is left out. A
  // JobRecord is a watch's last event.
  void Post(std::string_view job, const JobEvent& event) EXCLUDES(mutex_);
  // Tells one watch, if it is still there.
  void PostTo(std::int64_t id, const JobEvent& event) EXCLUDES(mutex_);

  // Ends a watch. Waits for a running call of its sink unless called from it;
  // no call begins afterwards. A watch that is over is none: a no-op.
  void Remove(std::int64_t id) EXCLUDES(mutex_);

  // The jobs with a watch that is neither removed nor has had its last event
  // posted.
  std::set<std::string> WatchedJobs() const EXCLUDES(mutex_);

 private:
  struct Watch {
    std::string job;
    std::int64_t last_epoch = 0;  // the newest that was queued
    std::shared_ptr<const JobSink> sink;
    std::deque<JobEvent> events;
    bool scheduled = false;  // a task of the pool serves it
    bool ended = false;      // its last event is queued
    bool removed = false;
    std::thread::id caller;  // inside the sink; none: nobody
  };

  void Enqueue(std::int64_t id, Watch& watch, const JobEvent& event)
      REQUIRES(mutex_);
  void DeliverNext(std::int64_t id) EXCLUDES(mutex_);

  mutable Mutex mutex_;
  CondVar called_;
  std::map<std::int64_t, Watch> watches_ GUARDED_BY(mutex_);
  std::int64_t last_id_ GUARDED_BY(mutex_) = 0;
  ThreadPool pool_;  // the last member: its tasks use the others
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_JOBS_WATCH_HUB_H_
