#include "core/store/job_rows.h"

#include <sqlite3.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

constexpr char kSelectEpochs[] =
    "SELECT epoch, train_loss, train_accuracy, validation_loss, "
    "validation_accuracy, learning_rate, gradient_norm, tokens_per_second, "
    "seconds FROM epochs WHERE job = ?";

JobState ReadState(RowReader& row) {
  const absl::StatusOr<JobState> state = ParseJobState(row.Text());
  if (!state.ok()) {
    throw SQLite::Exception(std::string(state.status().message()),
                            SQLITE_CORRUPT);
  }
  return *state;
}

JobKind ReadKind(RowReader& row) {
  const absl::StatusOr<JobKind> kind = ParseJobKind(row.Text());
  if (!kind.ok()) {
    throw SQLite::Exception(std::string(kind.status().message()),
                            SQLITE_CORRUPT);
  }
  return *kind;
}

JobRecord ReadJob(SQLite::Statement& statement) {
  RowReader row(statement);
  JobRecord record;
  record.job = FormatJobId(row.Integer());
  record.model = row.Text();
  record.version = row.Integer();
  record.dataset = row.Text();
  record.vectors = row.Text();
  record.hyperparameters = row.Text();
  record.state = ReadState(row);
  record.epoch = row.Integer();
  record.epochs = row.Integer();
  record.best_epoch = row.Integer();
  record.best_validation_accuracy = row.OptionalReal();
  record.tokens_per_second = row.OptionalReal();
  record.error = row.Text();
  record.request_id = row.Text();
  record.promote_if_better = row.Flag();
  record.cancel_requested = row.Flag();
  record.worker_deaths = row.Integer();
  record.created_at = row.Time();
  record.started_at = row.OptionalTime();
  record.ended_at = row.OptionalTime();
  record.origin.request_id = row.Text();
  record.origin.traceparent = row.Text();
  record.kind = ReadKind(row);
  return record;
}

EpochRecord ReadEpoch(SQLite::Statement& statement) {
  RowReader row(statement);
  EpochRecord epoch;
  epoch.epoch = row.Integer();
  epoch.train_loss = row.Real();
  epoch.train_accuracy = row.Real();
  epoch.validation_loss = row.Real();
  epoch.validation_accuracy = row.Real();
  epoch.learning_rate = row.Real();
  epoch.gradient_norm = row.Real();
  epoch.tokens_per_second = row.Real();
  epoch.seconds = row.Real();
  return epoch;
}

}  // namespace

std::vector<JobRecord> ReadJobs(SQLite::Database& database,
                                SQLite::Statement statement) {
  std::vector<JobRecord> jobs;
  while (statement.executeStep()) jobs.push_back(ReadJob(statement));
  for (JobRecord& job : jobs) {
    if (job.kind != JobKind::kVectors) continue;
    SQLite::Statement others =
        Query(database,
              "SELECT dataset FROM job_datasets WHERE job = ? ORDER BY dataset",
              *ParseJobId(job.job));
    while (others.executeStep()) {
      job.other_datasets.push_back(RowReader(others).Text());
    }
  }
  return jobs;
}

absl::StatusOr<JobRecord> GetJob(SQLite::Database& database,
                                 std::string_view job) {
  if (const std::optional<std::int64_t> number = ParseJobId(job)) {
    std::vector<JobRecord> jobs = SelectJobs(database, "number = ?", *number);
    if (!jobs.empty()) return std::move(jobs.front());
  }
  return absl::NotFoundError(absl::StrCat("job ", Quote(job), " not found"));
}

std::int64_t InsertJob(SQLite::Database& database, const JobRecord& record) {
  Execute(database,
          "INSERT INTO jobs VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
          "?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          record.model, record.version, record.dataset, record.vectors,
          record.hyperparameters, ToString(record.state), record.epoch,
          record.epochs, record.best_epoch, record.best_validation_accuracy,
          record.tokens_per_second, record.error, record.request_id,
          record.promote_if_better, record.cancel_requested,
          record.worker_deaths, record.created_at, record.started_at,
          record.ended_at, record.origin.request_id, record.origin.traceparent,
          ToString(record.kind));
  const std::int64_t number = database.getLastInsertRowid();
  for (const std::string& dataset : record.other_datasets) {
    Execute(database, "INSERT INTO job_datasets VALUES (?, ?)", number,
            dataset);
  }
  return number;
}

void UpdateJob(SQLite::Database& database, const JobRecord& record) {
  Execute(database,
          "UPDATE jobs SET version = ?, state = ?, epoch = ?, best_epoch = ?, "
          "best_validation_accuracy = ?, tokens_per_second = ?, error = ?, "
          "cancel_requested = ?, worker_deaths = ?, started_at = ?, "
          "ended_at = ? WHERE number = ?",
          record.version, ToString(record.state), record.epoch,
          record.best_epoch, record.best_validation_accuracy,
          record.tokens_per_second, record.error, record.cancel_requested,
          record.worker_deaths, record.started_at, record.ended_at,
          ParseJobId(record.job));
}

void DeleteJob(SQLite::Database& database, std::int64_t number) {
  Execute(database, "DELETE FROM epochs WHERE job = ?", number);
  Execute(database, "DELETE FROM job_datasets WHERE job = ?", number);
  Execute(database, "DELETE FROM jobs WHERE number = ?", number);
}

bool InsertEpoch(SQLite::Database& database, std::int64_t job,
                 const EpochRecord& epoch) {
  return Execute(database,
                 "INSERT INTO epochs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                 "ON CONFLICT DO NOTHING",
                 job, epoch.epoch, epoch.train_loss, epoch.train_accuracy,
                 epoch.validation_loss, epoch.validation_accuracy,
                 epoch.learning_rate, epoch.gradient_norm,
                 epoch.tokens_per_second, epoch.seconds) == 1;
}

std::optional<EpochRecord> FindEpoch(SQLite::Database& database,
                                     std::int64_t job, std::int64_t epoch) {
  SQLite::Statement statement = Query(
      database, absl::StrCat(kSelectEpochs, " AND epoch = ?"), job, epoch);
  if (!statement.executeStep()) return std::nullopt;
  return ReadEpoch(statement);
}

std::vector<EpochRecord> SelectEpochs(SQLite::Database& database,
                                      std::int64_t job) {
  SQLite::Statement statement =
      Query(database, absl::StrCat(kSelectEpochs, " ORDER BY epoch"), job);
  std::vector<EpochRecord> epochs;
  while (statement.executeStep()) epochs.push_back(ReadEpoch(statement));
  return epochs;
}

}  // namespace carousel
