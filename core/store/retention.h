// What is removed by itself when it is old.
#ifndef CAROUSEL_CORE_STORE_RETENTION_H_
#define CAROUSEL_CORE_STORE_RETENTION_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/store/data_folder.h"
#include "core/store/database.h"

namespace carousel {

// Zero keeps for good.
struct RetentionPolicy {
  // Of each model, so many of the newest versions without a label. Versions
  // with a label do not count and always stay.
  std::int64_t keep_versions = 0;
  // How long after its end a FAILED or CANCELLED job keeps its checkpoint.
  // Resumed later, it begins again.
  absl::Duration keep_checkpoints;
  // How long after its end a job stays in the catalogue, with its epochs and
  // its folder. A job whose version is there stays with it: it says what the
  // version was trained on, and keeps that.
  absl::Duration keep_jobs;

  bool KeepsAll() const {
    return keep_versions == 0 && keep_checkpoints == absl::ZeroDuration() &&
           keep_jobs == absl::ZeroDuration();
  }
};

// Thread-safe. QUEUED and RUNNING jobs, datasets and vectors are never touched.
class Retention {
 public:
  // Deletes a version unless it has a label meanwhile (FAILED_PRECONDITION).
  using VersionDeleter = std::function<absl::Status(const std::string& model,
                                                    std::int64_t version)>;
  // Hears of each thing removed: "model imdb@3", "checkpoint of job-000002",
  // "job-000001".
  using Listener = std::function<void(std::string_view what)>;

  // Nothing is owned.
  Retention(const RetentionPolicy& policy, const DataFolder& folder,
            CatalogueDatabase& database, const Clock& clock,
            VersionDeleter delete_version)
      : policy_(policy),
        folder_(folder),
        database_(database),
        clock_(clock),
        delete_version_(std::move(delete_version)) {}

  const RetentionPolicy& policy() const { return policy_; }

  // Removes what the policy does not keep. After an error with one thing it
  // goes on with the others, and returns the first.
  absl::Status Apply(const Listener& removed) EXCLUDES(mutex_);

 private:
  struct Version {
    std::string model;
    std::int64_t version = 0;
  };

  absl::Status RemoveVersions(const Listener& removed) const;
  absl::StatusOr<std::vector<Version>> OldVersions() const;
  // The jobs in one of the states (a condition of SQL) that ended that long
  // ago, oldest first.
  absl::StatusOr<std::vector<std::string>> EndedJobs(const std::string& states,
                                                     absl::Duration age) const;
  absl::Status RemoveCheckpoints(const Listener& removed) const;
  absl::Status RemoveJobs(const Listener& removed) const;
  // Whether there was one to remove. The job may have been resumed meanwhile.
  absl::StatusOr<bool> RemoveCheckpoint(const std::string& job) const;

  const RetentionPolicy policy_;
  const DataFolder& folder_;
  CatalogueDatabase& database_;
  const Clock& clock_;
  const VersionDeleter delete_version_;
  Mutex mutex_;  // one removal at a time
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_RETENTION_H_
