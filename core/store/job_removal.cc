#include "core/store/job_removal.h"

#include <filesystem>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/store/job_rows.h"
#include "core/store/model_rows.h"
#include "core/store/records.h"
#include "core/store/sql.h"

namespace carousel {
namespace {

// What the job made and is still there: "film@2", vectors "own".
std::optional<std::string> FindProduct(SQLite::Database& database,
                                       const std::string& job) {
  if (const auto version = FindVersionOfJob(database, job)) {
    return absl::StrCat(version->model, "@", version->version);
  }
  SQLite::Statement vectors =
      Query(database, "SELECT name FROM vectors WHERE job = ?", job);
  if (!vectors.executeStep()) return std::nullopt;
  return absl::StrCat("the vectors ", Quote(RowReader(vectors).Text()));
}

absl::Status CheckMayGo(SQLite::Database& database, const JobRecord& record) {
  if (!IsTerminal(record.state)) {
    return WithReason(
        absl::FailedPreconditionError(absl::StrCat(
            record.job, " is ", ToAbslView(ToString(record.state)),
            "; only a job that is over can be deleted: cancel it first")),
        "WRONG_JOB_STATE");
  }
  const std::optional<std::string> product = FindProduct(database, record.job);
  if (!product.has_value()) return absl::OkStatus();
  return WithReason(absl::FailedPreconditionError(absl::StrCat(
                        record.job, " made ", *product,
                        " and tells its story: delete ", *product, " first")),
                    "IN_USE");
}

}  // namespace

absl::Status RemoveJob(const DataFolder& folder, CatalogueDatabase& database,
                       std::string_view job) {
  std::filesystem::path aside;
  RETURN_IF_ERROR(
      database.Transact([&](SQLite::Database& rows) -> absl::Status {
        ASSIGN_OR_RETURN(const JobRecord record, GetJob(rows, job));
        RETURN_IF_ERROR(CheckMayGo(rows, record));
        // Before the commit: a job without its folder can still be resumed,
        // while nobody would ever remove a folder without its job.
        aside = folder.NewTemporary(record.job);
        RETURN_IF_ERROR(MoveAside(folder.job(record.job), aside));
        DeleteJob(rows, *ParseJobId(record.job));
        return absl::OkStatus();
      }));
  return RemoveAll(aside);
}

}  // namespace carousel
