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

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/store/data_folder.h"
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
  // datasets or vectors are gone; ALREADY_EXISTS when it is to train vectors
  // that are there, or that another QUEUED or RUNNING job trains. Numbers only
  // grow and none is given twice.
  absl::StatusOr<JobRecord> Add(JobRecord record);

  absl::StatusOr<JobRecord> Get(std::string_view job) const;
  // The job that a request_id made; nothing when there is none.
  absl::StatusOr<std::optional<JobRecord>> FindByRequest(
      std::string_view request_id) const;
  // Newest first; of all states when `state` is empty.
  absl::StatusOr<Page<JobRecord>> List(std::optional<JobState> state,
                                       const PageRequest& page) const;
  // All jobs in that state, oldest first.
  absl::StatusOr<std::vector<JobRecord>> InState(JobState state) const;
  absl::StatusOr<std::array<std::int64_t, kJobStates>> CountByState() const;

  // Reads, lets `change` alter and writes in one transaction. `change` may
  // refuse with a status; it must not call a store. What a job was asked to do
  // (model, dataset, hyperparameters, ...) stays whatever it writes there.
  // FAILED_PRECONDITION naming both states for an illegal transition.
  // started_at is set at the first RUNNING, ended_at at a terminal state. A job
  // that is queued again after its end loses ended_at, cancel_requested and
  // worker_deaths; one that is not FAILED has no error.
  absl::StatusOr<JobRecord> Update(
      std::string_view job,
      const std::function<absl::Status(JobRecord&)>& change);

  // Writes an epoch and the job's epoch, best_epoch, best_validation_accuracy
  // (at a tie the earlier epoch is the best), tokens_per_second, and sets
  // worker_deaths to 0. An epoch that is there already changes nothing, deaths
  // included: a resumed worker tells it again. INVALID_ARGUMENT for an epoch
  // below 1. A measure that is no number comes back as NaN.
  absl::StatusOr<JobRecord> AddEpoch(std::string_view job,
                                     const EpochRecord& epoch);
  absl::StatusOr<std::vector<EpochRecord>> ListEpochs(
      std::string_view job) const;

  // See core/store/job_removal.h.
  absl::Status Delete(std::string_view job, const DataFolder& folder);

 private:
  CatalogueDatabase& database_;
  const Clock& clock_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_JOB_STORE_H_
