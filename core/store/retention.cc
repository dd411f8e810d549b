#include "core/store/retention.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/store/job_removal.h"
#include "core/store/job_rows.h"
#include "core/store/records.h"
#include "core/store/sql.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;

constexpr char kResumable[] = "state IN ('FAILED', 'CANCELLED')";
constexpr char kEnded[] = "state IN ('SUCCEEDED', 'FAILED', 'CANCELLED')";

}  // namespace

absl::Status Retention::Apply(const Listener& removed) {
  MutexLock lock(mutex_);
  absl::Status result;
  // In this order: a job may go once its version is gone.
  if (policy_.keep_versions > 0) result.Update(RemoveVersions(removed));
  if (policy_.keep_checkpoints > absl::ZeroDuration()) {
    result.Update(RemoveCheckpoints(removed));
  }
  if (policy_.keep_jobs > absl::ZeroDuration()) {
    result.Update(RemoveJobs(removed));
  }
  return result;
}

absl::StatusOr<std::vector<Retention::Version>> Retention::OldVersions() const {
  std::vector<Version> versions;
  RETURN_IF_ERROR(database_.Transact([&](SQLite::Database& database) {
    SQLite::Statement statement =
        Query(database,
              "SELECT model, version FROM ("
              "SELECT model, version, row_number() OVER ("
              "PARTITION BY model ORDER BY version DESC) AS place "
              "FROM model_versions AS v WHERE NOT EXISTS ("
              "SELECT 1 FROM labels WHERE labels.model = v.model "
              "AND labels.version = v.version)) "
              "WHERE place > ? ORDER BY model, version",
              policy_.keep_versions);
    while (statement.executeStep()) {
      RowReader row(statement);
      std::string model = row.Text();
      versions.push_back({std::move(model), row.Integer()});
    }
    return absl::OkStatus();
  }));
  return versions;
}

absl::Status Retention::RemoveVersions(const Listener& removed) const {
  ASSIGN_OR_RETURN(const std::vector<Version> versions, OldVersions());
  absl::Status result;
  for (const auto& [model, version] : versions) {
    const absl::Status deleted = delete_version_(model, version);
    if (deleted.ok()) {
      removed(absl::StrCat("model ", model, "@", version));
    } else if (!absl::IsFailedPrecondition(deleted) &&
               !absl::IsNotFound(deleted)) {
      // The other two: it got a label meanwhile, or somebody was quicker.
      result.Update(deleted);
    }
  }
  return result;
}

absl::StatusOr<std::vector<std::string>> Retention::EndedJobs(
    const std::string& states, absl::Duration age) const {
  std::vector<std::string> jobs;
  RETURN_IF_ERROR(database_.Transact([&](SQLite::Database& database) {
    // Times are stored in one form, which sorts as they do.
    SQLite::Statement statement =
        Query(database,
              absl::StrCat("SELECT number FROM jobs WHERE ", states,
                           " AND ended_at <= ? ORDER BY number"),
              clock_.Now() - age);
    while (statement.executeStep()) {
      jobs.push_back(FormatJobId(RowReader(statement).Integer()));
    }
    return absl::OkStatus();
  }));
  return jobs;
}

absl::Status Retention::RemoveCheckpoints(const Listener& removed) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> jobs,
                   EndedJobs(kResumable, policy_.keep_checkpoints));
  absl::Status result;
  for (const std::string& job : jobs) {
    const absl::StatusOr<bool> was_there = RemoveCheckpoint(job);
    result.Update(was_there.status());
    if (was_there.ok() && *was_there) {
      removed(absl::StrCat("checkpoint of ", job));
    }
  }
  return result;
}

absl::StatusOr<bool> Retention::RemoveCheckpoint(const std::string& job) const {
  bool was_there = false;
  const fs::path aside = folder_.NewTemporary(job);
  RETURN_IF_ERROR(
      database_.Transact([&](SQLite::Database& database) -> absl::Status {
        ASSIGN_OR_RETURN(const JobRecord record, GetJob(database, job));
        // A worker begins only after a change of the state.
        if (!IsTerminal(record.state)) return absl::OkStatus();
        std::error_code ignored;  // what cannot be looked at stays
        was_there = fs::exists(folder_.checkpoint(job), ignored);
        return MoveAside(folder_.checkpoint(job), aside);
      }));
  RETURN_IF_ERROR(RemoveAll(aside));
  return was_there;
}

absl::Status Retention::RemoveJobs(const Listener& removed) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> jobs,
                   EndedJobs(kEnded, policy_.keep_jobs));
  absl::Status result;
  for (const std::string& job : jobs) {
    const absl::Status gone = RemoveJob(folder_, database_, job);
    if (gone.ok()) {
      removed(job);
    } else if (!absl::IsFailedPrecondition(gone) && !absl::IsNotFound(gone)) {
      // The other two: it was resumed or its version is there, or somebody was
      // quicker.
      result.Update(gone);
    }
  }
  return result;
}

}  // namespace carousel
