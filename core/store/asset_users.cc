#include "core/store/asset_users.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/error_details.h"
#include "core/base/strings.h"
#include "core/store/records.h"
#include "core/store/sql.h"

namespace carousel {
namespace {

// "job-000001 (RUNNING)" for each row of a number and a state.
std::vector<std::string> ReadJobNames(SQLite::Statement& statement) {
  std::vector<std::string> jobs;
  while (statement.executeStep()) {
    RowReader row(statement);
    const std::string job = FormatJobId(row.Integer());
    jobs.push_back(absl::StrCat(job, " (", row.Text(), ")"));
  }
  return jobs;
}

// The jobs for which `uses` holds of `name`, ?1, and that still need it: those
// that are not over, those that can be resumed, and those whose version is
// there, which is measured and explained by what it was trained on.
std::vector<std::string> JobsOf(SQLite::Database& database,
                                const std::string& uses,
                                std::string_view name) {
  SQLite::Statement statement =
      Query(database,
            "SELECT number, state FROM jobs WHERE " + uses +
                " AND (state <> 'SUCCEEDED' OR EXISTS (SELECT 1 FROM "
                "model_versions WHERE model_versions.model = jobs.model AND "
                "model_versions.version = jobs.version)) ORDER BY number",
            name);
  return ReadJobNames(statement);
}

}  // namespace

std::vector<std::string> UsersOfDataset(SQLite::Database& database,
                                        std::string_view name) {
  return JobsOf(database,
                "?1 IN (SELECT dataset UNION SELECT dataset FROM job_datasets "
                "WHERE job = number)",
                name);
}

std::vector<std::string> UsersOfVectors(SQLite::Database& database,
                                        std::string_view name) {
  // A job that trains vectors of that name makes them and does not use them.
  std::vector<std::string> users =
      JobsOf(database, "vectors = ?1 AND kind = 'MODEL'", name);
  SQLite::Statement statement =
      Query(database,
            "SELECT model, version FROM model_versions WHERE vectors = ? "
            "ORDER BY model, version",
            name);
  while (statement.executeStep()) {
    RowReader row(statement);
    const std::string model = row.Text();
    users.push_back(absl::StrCat("model ", model, "@", row.Integer()));
  }
  return users;
}

std::vector<std::string> OpenJobsFor(SQLite::Database& database,
                                     std::string_view model) {
  SQLite::Statement statement =
      Query(database,
            "SELECT number, state FROM jobs WHERE model = ? AND kind = 'MODEL' "
            "AND state IN ('QUEUED', 'RUNNING') ORDER BY number",
            model);
  return ReadJobNames(statement);
}

absl::Status RefuseWhenUsed(std::string_view noun, std::string_view name,
                            const std::vector<std::string>& users) {
  if (users.empty()) return absl::OkStatus();
  constexpr std::size_t kMaxNamed = 10;
  const std::size_t named = std::min(users.size(), kMaxNamed);
  std::string list = absl::StrJoin(users.begin(), users.begin() + named, ", ");
  if (users.size() > named) {
    absl::StrAppend(&list, " and ", users.size() - named, " more");
  }
  return WithReason(absl::FailedPreconditionError(
                        absl::StrCat("cannot delete ", ToAbslView(noun), " ",
                                     ToAbslView(name), ": used by ", list)),
                    "IN_USE");
}

}  // namespace carousel
