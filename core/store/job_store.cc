#include "core/store/job_store.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/base/validation_score.h"
#include "core/store/job_removal.h"
#include "core/store/job_rows.h"
#include "core/store/paging.h"

namespace carousel {
namespace {

bool AskForTheSame(const JobRecord& a, const JobRecord& b) {
  return a.kind == b.kind && a.model == b.model && a.dataset == b.dataset &&
         a.other_datasets == b.other_datasets && a.vectors == b.vectors &&
         a.hyperparameters == b.hyperparameters && a.epochs == b.epochs &&
         a.promote_if_better == b.promote_if_better;
}

// NOT_FOUND naming a dataset that is gone.
absl::Status CheckDatasets(SQLite::Database& database,
                           const JobRecord& record) {
  std::vector<std::string> datasets = record.other_datasets;
  datasets.insert(datasets.begin(), record.dataset);
  for (const std::string& dataset : datasets) {
    if (!Query(database, "SELECT 1 FROM datasets WHERE name = ?", dataset)
             .executeStep()) {
      return absl::NotFoundError(
          absl::StrCat("dataset ", Quote(dataset), " not found"));
    }
  }
  return absl::OkStatus();
}

// ALREADY_EXISTS when the vectors are there, or another job is to make them.
absl::Status CheckNewVectors(SQLite::Database& database,
                             const JobRecord& record) {
  if (Query(database, "SELECT 1 FROM vectors WHERE name = ?", record.vectors)
          .executeStep()) {
    return absl::AlreadyExistsError(
        absl::StrCat("there are vectors ", record.vectors,
                     " already; choose another name, or delete what has it"));
  }
  const std::vector<JobRecord> others = SelectJobs(
      database,
      "kind = 'VECTORS' AND vectors = ? AND state IN ('QUEUED', 'RUNNING')",
      record.vectors);
  if (others.empty()) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat(others.front().job, ", which is ",
                   ToAbslView(ToString(others.front().state)),
                   ", trains vectors ", record.vectors, " already"));
}

// That what the job needs is there, and what it makes is not.
absl::Status CheckInputs(SQLite::Database& database, const JobRecord& record) {
  RETURN_IF_ERROR(CheckDatasets(database, record));
  if (record.kind == JobKind::kVectors) {
    return CheckNewVectors(database, record);
  }
  if (!Query(database, "SELECT 1 FROM vectors WHERE name = ?", record.vectors)
           .executeStep()) {
    return absl::NotFoundError(
        absl::StrCat("vectors ", Quote(record.vectors), " not found"));
  }
  return absl::OkStatus();
}

// Checks the change of state from `before` to `record` and does what it
// implies for the other fields.
absl::Status Transition(const JobRecord& before, absl::Time now,
                        JobRecord& record) {
  record.started_at = before.started_at;
  record.ended_at = before.ended_at;
  if (record.state != before.state) {
    if (!IsLegalTransition(before.state, record.state)) {
      return absl::FailedPreconditionError(absl::StrCat(
          before.job, " is ", ToAbslView(ToString(before.state)),
          "; it cannot become ", ToAbslView(ToString(record.state))));
    }
    if (IsTerminal(before.state)) {
      record.ended_at.reset();
      record.cancel_requested = false;
      record.worker_deaths = 0;
    }
    if (record.state == JobState::kRunning && !record.started_at.has_value()) {
      record.started_at = now;
    }
    if (IsTerminal(record.state)) record.ended_at = now;
  }
  if (record.state != JobState::kFailed) record.error.clear();
  return absl::OkStatus();
}

ValidationScore ScoreOf(const EpochRecord& epoch) {
  return {epoch.validation_accuracy, epoch.validation_loss};
}

// `best` is the job's best epoch until now.
void CountEpoch(const EpochRecord& epoch,
                const std::optional<EpochRecord>& best, JobRecord& record) {
  record.epoch = std::max(record.epoch, epoch.epoch);
  if (best.has_value() ? IsBetter(ScoreOf(epoch), ScoreOf(*best))
                       : !std::isnan(epoch.validation_accuracy)) {
    record.best_validation_accuracy = epoch.validation_accuracy;
    record.best_epoch = epoch.epoch;
  }
  record.tokens_per_second = epoch.tokens_per_second;
  record.worker_deaths = 0;
}

}  // namespace

bool IsLegalTransition(JobState from, JobState to) {
  switch (from) {
    case JobState::kQueued:
      return to == JobState::kRunning || to == JobState::kCancelled;
    case JobState::kRunning:
      return to != JobState::kRunning;
    case JobState::kFailed:
    case JobState::kCancelled:
      return to == JobState::kQueued;
    case JobState::kSucceeded:
      return false;
  }
  return false;
}

JobStore::JobStore(CatalogueDatabase& database, const Clock& clock)
    : database_(database), clock_(clock) {}

absl::StatusOr<JobRecord> JobStore::Add(JobRecord record) {
  record.state = JobState::kQueued;
  record.created_at = clock_.Now();
  RETURN_IF_ERROR(
      database_.Transact([&](SQLite::Database& database) -> absl::Status {
        std::vector<JobRecord> earlier = SelectJobs(
            database, "request_id = ? AND request_id <> ''", record.request_id);
        if (!earlier.empty()) {
          if (!AskForTheSame(earlier.front(), record)) {
            return absl::AlreadyExistsError(absl::StrCat(
                "request_id ", Quote(record.request_id), " belongs to ",
                earlier.front().job, ", which asked for something else"));
          }
          record = std::move(earlier.front());
          return absl::OkStatus();
        }
        RETURN_IF_ERROR(CheckInputs(database, record));
        record.job = FormatJobId(InsertJob(database, record));
        ASSIGN_OR_RETURN(record, GetJob(database, record.job));
        return absl::OkStatus();
      }));
  return record;
}

absl::StatusOr<JobRecord> JobStore::Get(std::string_view job) const {
  JobRecord record;
  RETURN_IF_ERROR(
      database_.Transact([&](SQLite::Database& database) -> absl::Status {
        ASSIGN_OR_RETURN(record, GetJob(database, job));
        return absl::OkStatus();
      }));
  return record;
}

absl::StatusOr<std::optional<JobRecord>> JobStore::FindByRequest(
    std::string_view request_id) const {
  std::optional<JobRecord> found;
  RETURN_IF_ERROR(database_.Transact([&](SQLite::Database& database) {
    std::vector<JobRecord> jobs =
        SelectJobs(database, "request_id = ? AND request_id <> ''", request_id);
    if (!jobs.empty()) found = std::move(jobs.front());
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<Page<JobRecord>> JobStore::List(
    std::optional<JobState> state, const PageRequest& request) const {
  const std::string state_name(state.has_value() ? ToString(*state) : "");
  const std::string list = absl::StrCat("jobs ", state_name);
  ASSIGN_OR_RETURN(const PagePosition position,
                   ParsePageRequest(list, request));
  std::optional<std::int64_t> before;
  if (position.after.has_value()) {
    before = ParseJobId(*position.after);
    if (!before.has_value()) return BadPageToken(request.page_token);
  }
  std::vector<JobRecord> rows;
  RETURN_IF_ERROR(database_.Transact([&](SQLite::Database& database) {
    rows = SelectJobs(database,
                      "(?1 = '' OR state = ?1) AND "
                      "(?2 IS NULL OR number < ?2) "
                      "ORDER BY number DESC LIMIT ?3",
                      state_name, before, position.size + 1);
    return absl::OkStatus();
  }));
  return MakePage(list, position, std::move(rows),
                  [](const JobRecord& record) { return record.job; });
}

absl::StatusOr<std::vector<JobRecord>> JobStore::InState(JobState state) const {
  std::vector<JobRecord> jobs;
  RETURN_IF_ERROR(database_.Transact([&](SQLite::Database& database) {
    jobs = SelectJobs(database, "state = ? ORDER BY number", ToString(state));
    return absl::OkStatus();
  }));
  return jobs;
}

absl::StatusOr<std::array<std::int64_t, kJobStates>> JobStore::CountByState()
    const {
  std::array<std::int64_t, kJobStates> counts = {};
  RETURN_IF_ERROR(
      database_.Transact([&](SQLite::Database& database) -> absl::Status {
        SQLite::Statement statement =
            Query(database, "SELECT state, count(*) FROM jobs GROUP BY state");
        while (statement.executeStep()) {
          RowReader row(statement);
          ASSIGN_OR_RETURN(const JobState state, ParseJobState(row.Text()));
          counts[static_cast<std::size_t>(state)] = row.Integer();
        }
        return absl::OkStatus();
      }));
  return counts;
}

absl::StatusOr<JobRecord> JobStore::Update(
    std::string_view job,
    const std::function<absl::Status(JobRecord&)>& change) {
  JobRecord record;
  RETURN_IF_ERROR(
      database_.Transact([&](SQLite::Database& database) -> absl::Status {
        ASSIGN_OR_RETURN(const JobRecord before, GetJob(database, job));
        record = before;
        RETURN_IF_ERROR(change(record));
        record.job = before.job;
        RETURN_IF_ERROR(Transition(before, clock_.Now(), record));
        UpdateJob(database, record);
        ASSIGN_OR_RETURN(record, GetJob(database, job));
        return absl::OkStatus();
      }));
  return record;
}

absl::StatusOr<JobRecord> JobStore::AddEpoch(std::string_view job,
                                             const EpochRecord& epoch) {
  if (epoch.epoch < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("epoch is ", epoch.epoch, "; it must be at least 1"));
  }
  JobRecord record;
  RETURN_IF_ERROR(
      database_.Transact([&](SQLite::Database& database) -> absl::Status {
        ASSIGN_OR_RETURN(record, GetJob(database, job));
        const std::int64_t number = *ParseJobId(job);
        if (InsertEpoch(database, number, epoch)) {
          CountEpoch(epoch, FindEpoch(database, number, record.best_epoch),
                     record);
          UpdateJob(database, record);
        }
        return absl::OkStatus();
      }));
  return record;
}

absl::StatusOr<std::vector<EpochRecord>> JobStore::ListEpochs(
    std::string_view job) const {
  std::vector<EpochRecord> epochs;
  RETURN_IF_ERROR(
      database_.Transact([&](SQLite::Database& database) -> absl::Status {
        RETURN_IF_ERROR(GetJob(database, job).status());
        epochs = SelectEpochs(database, *ParseJobId(job));
        return absl::OkStatus();
      }));
  return epochs;
}

absl::Status JobStore::Delete(std::string_view job, const DataFolder& folder) {
  return RemoveJob(folder, database_, job);
}

}  // namespace carousel
