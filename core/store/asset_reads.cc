// What AssetStore reads out of the catalogue.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/store/asset_store.h"
#include "core/store/paging.h"
#include "core/store/sql.h"

namespace carousel {
namespace {

DatasetRecord ReadDataset(SQLite::Statement& statement) {
  RowReader row(statement);
  DatasetRecord record;
  record.name = row.Text();
  record.sha256 = row.Text();
  record.rows = row.Integer();
  record.created_at = row.Time();
  record.unlabelled = row.Flag();
  return record;
}

VectorsRecord ReadVectors(SQLite::Statement& statement) {
  RowReader row(statement);
  VectorsRecord record;
  record.name = row.Text();
  record.sha256 = row.Text();
  record.format = row.Text();
  record.words = row.Integer();
  record.dimension = row.Integer();
  record.bytes = row.Integer();
  record.created_at = row.Time();
  record.has_counts = row.Flag();
  record.job = row.Text();
  return record;
}

template <typename Record>
absl::StatusOr<Record> Get(CatalogueDatabase& database, const char* table,
                           const char* noun, std::string_view name,
                           Record (*read)(SQLite::Statement&)) {
  Record record;
  RETURN_IF_ERROR(
      database.Transact([&](SQLite::Database& connection) -> absl::Status {
        SQLite::Statement statement = Query(
            connection,
            absl::StrCat("SELECT * FROM ", table, " WHERE name = ?"), name);
        if (!statement.executeStep()) {
          return absl::NotFoundError(
              absl::StrCat(noun, " ", Quote(name), " not found"));
        }
        record = read(statement);
        return absl::OkStatus();
      }));
  return record;
}

// By name. `table` names the list too.
template <typename Record>
absl::StatusOr<Page<Record>> List(CatalogueDatabase& database,
                                  const char* table, const PageRequest& request,
                                  Record (*read)(SQLite::Statement&)) {
  ASSIGN_OR_RETURN(const PagePosition position,
                   ParsePageRequest(table, request));
  std::vector<Record> rows;
  RETURN_IF_ERROR(database.Transact([&](SQLite::Database& connection) {
    SQLite::Statement statement =
        Query(connection,
              absl::StrCat("SELECT * FROM ", table,
                           " WHERE name > ? ORDER BY name LIMIT ?"),
              position.after.value_or(""), position.size + 1);
    while (statement.executeStep()) rows.push_back(read(statement));
    return absl::OkStatus();
  }));
  return MakePage(table, position, std::move(rows),
                  [](const Record& record) { return record.name; });
}

}  // namespace

absl::StatusOr<DatasetRecord> AssetStore::GetDataset(
    std::string_view name) const {
  return Get(database_, "datasets", "dataset", name, &ReadDataset);
}

absl::StatusOr<VectorsRecord> AssetStore::GetVectors(
    std::string_view name) const {
  return Get(database_, "vectors", "vectors", name, &ReadVectors);
}

absl::StatusOr<Page<DatasetRecord>> AssetStore::ListDatasets(
    const PageRequest& page) const {
  return List(database_, "datasets", page, &ReadDataset);
}

absl::StatusOr<Page<VectorsRecord>> AssetStore::ListVectors(
    const PageRequest& page) const {
  return List(database_, "vectors", page, &ReadVectors);
}

}  // namespace carousel
