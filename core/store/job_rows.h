// Rows of jobs and epochs. Inside CatalogueDatabase::Transact.
#ifndef CAROUSEL_CORE_STORE_JOB_ROWS_H_
#define CAROUSEL_CORE_STORE_JOB_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/records.h"
#include "core/store/sql.h"

namespace carousel {

// Reads what a statement over jobs gives.
std::vector<JobRecord> ReadJobs(SQLite::Database& database,
                                SQLite::Statement statement);

// All jobs for which `where` (which may go on with ORDER BY and LIMIT) holds.
template <typename... Values>
std::vector<JobRecord> SelectJobs(SQLite::Database& database,
                                  const std::string& where,
                                  const Values&... values) {
  return ReadJobs(database, Query(database, "SELECT * FROM jobs WHERE " + where,
                                  values...));
}

// NOT_FOUND naming the job, also for a name that no job can have.
absl::StatusOr<JobRecord> GetJob(SQLite::Database& database,
                                 std::string_view job);

// Adds a row; returns its number. record.job is not read.
std::int64_t InsertJob(SQLite::Database& database, const JobRecord& record);

// Writes what changes in the life of a job; leaves what it was asked to do.
void UpdateJob(SQLite::Database& database, const JobRecord& record);

// Removes the row, its epochs and the list of its datasets.
void DeleteJob(SQLite::Database& database, std::int64_t number);

// False when the epoch was there already, and is left as it is.
bool InsertEpoch(SQLite::Database& database, std::int64_t job,
                 const EpochRecord& epoch);

std::optional<EpochRecord> FindEpoch(SQLite::Database& database,
                                     std::int64_t job, std::int64_t epoch);

// In their order.
std::vector<EpochRecord> SelectEpochs(SQLite::Database& database,
                                      std::int64_t job);

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_JOB_ROWS_H_
