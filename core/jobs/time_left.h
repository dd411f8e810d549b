// How long a job will still take.
#ifndef CAROUSEL_CORE_JOBS_TIME_LEFT_H_
#define CAROUSEL_CORE_JOBS_TIME_LEFT_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "core/jobs/worker.h"
#include "core/store/records.h"

namespace carousel {

// An epoch will take what the last ones took, their median: one that a busy
// machine held up does not count, and a machine that has become slower shows
// within some epochs. Before the first is done its batches say how fast it
// goes, validation left out. A job that stops early takes less. Not
// thread-safe.
class TimeLeft {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `past` are the epochs done, by whichever worker.
  TimeLeft(std::int64_t epochs, const std::vector<EpochRecord>& past);

  void OnProgress(const WorkerProgress& progress, Time now);
  void OnEpoch(const EpochRecord& epoch);

  // Seconds from `now` on, never below 0; nothing before there is something to
  // go by.
  std::optional<double> Seconds(Time now) const;

 private:
  struct Report {
    WorkerProgress progress;
    Time time;
  };

  void Count(const EpochRecord& epoch);
  std::optional<double> SecondsAnEpoch() const;

  const std::int64_t epochs_;
  std::int64_t done_ = 0;
  std::deque<double> seconds_;  // of the last epochs
  // Of the running epoch.
  std::optional<Report> first_;
  std::optional<Report> last_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_JOBS_TIME_LEFT_H_
