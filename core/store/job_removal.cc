#include "core/store/job_removal.h"

#include <filesystem>
#include <optional>

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

absl::Status CheckMayGo(SQLite::Database& database, const JobRecord& record) {
  if (!IsTerminal(record.state)) {
    return WithReason(
        absl::FailedPreconditionError(absl::StrCat(
            record.job, " is ", ToAbslView(ToString(record.state)),
            "; only a job that is over can be deleted: cancel it first")),
        "WRONG_JOB_STATE");
  }
  const std::optional<ModelVersionRecord> published =
      FindVersionOfJob(database, record.job);
  if (!published.has_value()) return absl::OkStatus();
  return WithReason(absl::FailedPreconditionError(absl::StrCat(
                        record.job, " is what made ", published->model, "@",
                        published->version,
                        ", and stays while that does: delete the version "
                        "first")),
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
