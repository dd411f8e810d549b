#include "core/store/snapshot.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/checksums.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/store/records.h"
#include "core/store/sql.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;

// The folders of all rows.
std::vector<fs::path> StoredFolders(SQLite::Database& database,
                                    const DataFolder& folder) {
  std::vector<fs::path> folders;
  SQLite::Statement datasets = Query(database, "SELECT name FROM datasets");
  while (datasets.executeStep()) {
    folders.push_back(folder.dataset(RowReader(datasets).Text()));
  }
  SQLite::Statement vectors = Query(database, "SELECT name FROM vectors");
  while (vectors.executeStep()) {
    folders.push_back(folder.vectors(RowReader(vectors).Text()));
  }
  SQLite::Statement versions =
      Query(database, "SELECT model, version FROM model_versions");
  while (versions.executeStep()) {
    RowReader row(versions);
    const std::string model = row.Text();
    folders.push_back(folder.model_version(model, row.Integer()));
  }
  return folders;
}

// A row whose files are gone is damage, not a wrong question.
absl::Status MissingIsLoss(const absl::Status& status) {
  if (!absl::IsNotFound(status)) return status;
  return absl::DataLossError(status.message());
}

absl::Status LinkFolders(SQLite::Database& database, const DataFolder& folder,
                         const fs::path& target, const std::stop_token& stop) {
  for (const fs::path& stored : StoredFolders(database, folder)) {
    if (stop.stop_requested()) {
      return absl::CancelledError("stopped while linking files");
    }
    RETURN_IF_ERROR(MissingIsLoss(
        LinkFolder(stored, target / stored.lexically_relative(folder.root()))));
  }
  return absl::OkStatus();
}

absl::Status LinkCheckpoints(SQLite::Database& database,
                             const DataFolder& folder, const fs::path& target) {
  SQLite::Statement jobs =
      Query(database, "SELECT number FROM jobs WHERE state <> 'SUCCEEDED'");
  while (jobs.executeStep()) {
    const fs::path file =
        folder.checkpoint(FormatJobId(RowReader(jobs).Integer()));
    std::error_code ignored;  // what cannot be looked at cannot be linked
    if (!fs::exists(file, ignored)) continue;
    const fs::path copy = target / file.lexically_relative(folder.root());
    RETURN_IF_ERROR(CreateFolder(copy.parent_path()));
    RETURN_IF_ERROR(LinkFile(file, copy));
  }
  return absl::OkStatus();
}

// Compares what was read with what the folders were stored with.
absl::Status CompareWithStored(const fs::path& target) {
  ASSIGN_OR_RETURN(const auto read, ReadChecksums(target));
  for (const auto& [name, digest] : read) {
    absl::string_view prefix = name;
    if (!absl::ConsumeSuffix(&prefix, kChecksumsFile)) continue;
    ASSIGN_OR_RETURN(const auto stored,
                     ReadChecksums(target / std::string(prefix)));
    for (const auto& [file, expected] : stored) {
      const std::string path = absl::StrCat(prefix, file);
      const auto found = read.find(path);
      if (found == read.end()) {
        return absl::DataLossError(absl::StrCat(path, " is missing"));
      }
      if (found->second != expected) {
        return absl::DataLossError(
            absl::StrCat(path, " has changed: its SHA-256 is ", found->second,
                         ", it was stored with ", expected));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteSnapshot(const DataFolder& folder,
                           CatalogueDatabase& database, const fs::path& target,
                           const std::stop_token& stop) {
  RETURN_IF_ERROR(CreateFolder(target));
  RETURN_IF_ERROR(
      database.Transact([&](SQLite::Database& rows) -> absl::Status {
        RETURN_IF_ERROR(database.CopyTo(target / folder.database().filename()));
        RETURN_IF_ERROR(LinkFolders(rows, folder, target, stop));
        return LinkCheckpoints(rows, folder, target);
      }));
  RETURN_IF_ERROR(WriteChecksums(target, stop));
  return CompareWithStored(target);
}

}  // namespace carousel
