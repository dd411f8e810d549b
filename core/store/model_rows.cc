#include "core/store/model_rows.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

std::optional<ModelVersionRecord> FirstOf(
    std::vector<ModelVersionRecord> versions) {
  if (versions.empty()) return std::nullopt;
  return std::move(versions.front());
}

std::vector<std::string> LabelsOf(SQLite::Database& database,
                                  const ModelVersionRecord& record) {
  SQLite::Statement statement = Query(
      database,
      "SELECT label FROM labels WHERE model = ? AND version = ? ORDER BY label",
      record.model, record.version);
  std::vector<std::string> labels;
  while (statement.executeStep()) {
    labels.push_back(RowReader(statement).Text());
  }
  return labels;
}

}  // namespace

std::vector<ModelVersionRecord> ReadVersions(SQLite::Database& database,
                                             SQLite::Statement statement) {
  std::vector<ModelVersionRecord> versions;
  while (statement.executeStep()) {
    RowReader row(statement);
    ModelVersionRecord record;
    record.model = row.Text();
    record.version = row.Integer();
    record.job = row.Text();
    record.dataset = row.Text();
    record.vectors = row.Text();
    record.validation_accuracy = row.OptionalReal();
    record.bytes = row.Integer();
    record.created_at = row.Time();
    record.labels = LabelsOf(database, record);
    versions.push_back(std::move(record));
  }
  return versions;
}

absl::StatusOr<ModelVersionRecord> GetVersion(SQLite::Database& database,
                                              std::string_view model,
                                              std::int64_t version) {
  RETURN_IF_ERROR(CheckModelExists(database, model));
  std::optional<ModelVersionRecord> record = FirstOf(
      SelectVersions(database, "model = ? AND version = ?", model, version));
  if (!record.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("model ", ToAbslView(model), " has no version ", version));
  }
  return *std::move(record);
}

std::optional<ModelVersionRecord> FindVersionOfJob(SQLite::Database& database,
                                                   std::string_view job) {
  return FirstOf(SelectVersions(database, "job = ? AND job <> ''", job));
}

std::optional<ModelVersionRecord> FindVersionWithLabel(
    SQLite::Database& database, std::string_view model,
    std::string_view label) {
  return FirstOf(
      SelectVersions(database,
                     "model = ? AND version = (SELECT version FROM labels "
                     "WHERE labels.model = model_versions.model AND label = ?)",
                     model, label));
}

absl::Status CheckModelExists(SQLite::Database& database,
                              std::string_view model) {
  if (Query(database, "SELECT 1 FROM model_versions WHERE model = ?", model)
          .executeStep()) {
    return absl::OkStatus();
  }
  return absl::NotFoundError(
      absl::StrCat("model ", Quote(model), " not found"));
}

}  // namespace carousel
