#include "core/jobs/job_verdict.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/jobs/job_folder.h"

namespace carousel {
namespace {

// A worker that dies again before it has finished another epoch would do so
// for ever.
constexpr std::int64_t kWorkerDeathsToFail = 2;

}  // namespace

void Fail(JobRecord& row, std::string reason) {
  row.state = JobState::kFailed;
  row.error = std::move(reason);
}

void DecideUnfinished(const WorkerEnd& end, JobRecord& row) {
  if (row.cancel_requested) {
    row.state = JobState::kCancelled;
  } else if (end.failure.has_value()) {
    Fail(row, *end.failure);
  } else if (!end.died() || ++row.worker_deaths < kWorkerDeathsToFail) {
    row.state = JobState::kQueued;
  } else {
    Fail(row, absl::StrCat(row.worker_deaths,
                           " workers in a row ended without finishing an "
                           "epoch; the last one: ",
                           end.death, " (its log is jobs/", row.job, "/",
                           kWorkerLog, ")"));
  }
}

}  // namespace carousel
