// Training jobs and their epochs. Only legal changes of state reach the disk.
#ifndef CAROUSEL_CORE_STORE_JOB_STORE_H_
#define CAROUSEL_CORE_STORE_JOB_STORE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/store/database.h"
#include "core/store/records.h"

namespace carousel {

// QUEUED -> RUNNING | CANCELLED; RUNNING -> SUCCEEDED | FAILED | CANCELLED |
// QUEUED; FAILED | CANCELLED -> QUEUED.
bool IsLegalTransition(JobState from, JobState to);

// Thread-safe. Arguments are not owned and must outlive it.
class JobStore {
 public:
  JobStore(CatalogueDatabase& database, const Clock& clock);

  // Adds a QUEUED job; `job` and created_at are filled in. When a job with the
  // same request_id (not "") exists, that one is returned and nothing is
  // added; ALREADY_EXISTS when it asked for something else. NOT_FOUND when its
  // dataset or vectors are gone.
  absl::StatusOr<JobRecord> Add(JobRecord record);

  absl::StatusOr<JobRecord> Get(std::string_view job) const;
  // Newest first; of all states when `state` is empty.
  absl::StatusOr<Page<JobRecord>> List(std::optional<JobState> state,
                                       const PageRequest& page) const;
  // All jobs in that state, oldest first.
  absl::StatusOr<std::vector<JobRecord>> InState(JobState state) const;
  absl::StatusOr<std::array<std::int64_t, kJobStates>> CountByState() const;

  // Reads, lets `change` alter and writes in one transaction. `change` may
  // refuse with a status. FAILED_PRECONDITION naming both states for an
  // illegal transition. started_at is set at the first RUNNING, ended_at at a
  // terminal state (and cleared when the job is queued again).
  absl::StatusOr<JobRecord> Update(
      std::string_view job,
      const std::function<absl::Status(JobRecord&)>& change);

  // Writes an epoch and the job's epoch, best_epoch, best_validation_accuracy,
  // tokens_per_second, and sets worker_deaths to 0. An epoch that is there
  // already is left as it is: a resumed worker tells it again.
  absl::StatusOr<JobRecord> AddEpoch(std::string_view job,
                                     const EpochRecord& epoch);
  absl::StatusOr<std::vector<EpochRecord>> ListEpochs(
      std::string_view job) const;

 private:
  CatalogueDatabase& database_;
  const Clock& clock_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_JOB_STORE_H_
