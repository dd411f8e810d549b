// Rows of model versions. Inside CatalogueDatabase::Transact.
#ifndef CAROUSEL_CORE_STORE_MODEL_ROWS_H_
#define CAROUSEL_CORE_STORE_MODEL_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/records.h"
#include "core/store/sql.h"

namespace carousel {

// NOT_FOUND naming the model or the version.
absl::StatusOr<ModelVersionRecord> GetVersion(SQLite::Database& database,
                                              std::string_view model,
                                              std::int64_t version);

// None for a job that published nothing, and for "".
std::optional<ModelVersionRecord> FindVersionOfJob(SQLite::Database& database,
                                                   std::string_view job);

// The version that holds the label.
std::optional<ModelVersionRecord> FindVersionWithLabel(
    SQLite::Database& database, std::string_view model, std::string_view label);

// NOT_FOUND when the model has no version.
absl::Status CheckModelExists(SQLite::Database& database,
                              std::string_view model);

// Reads what a statement over model_versions gives, with the labels.
std::vector<ModelVersionRecord> ReadVersions(SQLite::Database& database,
                                             SQLite::Statement statement);

// All versions for which `where` (which may go on with ORDER BY and LIMIT)
// holds, with their labels.
template <typename... Values>
std::vector<ModelVersionRecord> SelectVersions(SQLite::Database& database,
                                               const std::string& where,
                                               const Values&... values) {
  return ReadVersions(
      database, Query(database, "SELECT * FROM model_versions WHERE " + where,
                      values...));
}

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_MODEL_ROWS_H_
