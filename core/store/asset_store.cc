#include "core/store/asset_store.h"

#include <system_error>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "core/base/names.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/store/asset_users.h"
#include "core/store/sql.h"

namespace carousel {

namespace fs = std::filesystem;

// `table` has the columns name and sha256.
struct AssetStore::Kind {
  const char* noun;
  const char* table;
  fs::path (DataFolder::*parent)() const;
  std::vector<std::string> (*users)(SQLite::Database& database,
                                    std::string_view name);

  static const Kind kDataset;
  static const Kind kVectors;

  bool Exists(SQLite::Database& database, std::string_view name) const {
    return Query(database,
                 absl::StrCat("SELECT 1 FROM ", table, " WHERE name = ?"), name)
        .executeStep();
  }
  absl::Status NotFound(std::string_view name) const {
    return absl::NotFoundError(
        absl::StrCat(noun, " ", Quote(name), " not found"));
  }
};

const AssetStore::Kind AssetStore::Kind::kDataset = {
    "dataset", "datasets", &DataFolder::datasets, &UsersOfDataset};
const AssetStore::Kind AssetStore::Kind::kVectors = {
    "vectors", "vectors", &DataFolder::vectors, &UsersOfVectors};

AssetStore::AssetStore(const DataFolder& folder, CatalogueDatabase& database,
                       const Clock& clock)
    : folder_(folder), database_(database), clock_(clock) {}

absl::Status AssetStore::Recover() {
  RETURN_IF_ERROR(RecoverFolder(Kind::kDataset));
  return RecoverFolder(Kind::kVectors);
}

absl::Status AssetStore::RecoverFolder(const Kind& kind) {
  const fs::path parent = (folder_.*kind.parent)();
  std::vector<std::string> names;
  std::error_code error;
  for (auto entry = fs::directory_iterator(parent, error);
       entry != fs::directory_iterator(); entry.increment(error)) {
    if (error) break;
    names.push_back(entry->path().filename().string());
  }
  if (error) return ErrnoToStatus(error.value(), "list", parent);
  for (const std::string& name : names) {
    RETURN_IF_ERROR(RemoveUnnamed(kind, name));
  }
  return absl::OkStatus();
}

absl::Status AssetStore::RemoveUnnamed(const Kind& kind,
                                       const std::string& name) {
  // Gigabytes take a while to remove, and the catalogue waits for nobody.
  const fs::path aside = folder_.NewTemporary(name);
  RETURN_IF_ERROR(
      database_.Transact([&](SQLite::Database& database) -> absl::Status {
        if (kind.Exists(database, name)) return absl::OkStatus();
        const fs::path content = (folder_.*kind.parent)() / name;
        if (MoveAside(content, aside).ok()) return absl::OkStatus();
        return RemoveAll(content);  // a full disk may have no room for a name
      }));
  return RemoveAll(aside);
}

absl::StatusOr<AssetStore::Added> AssetStore::Add(
    const Kind& kind, const std::string& name, const std::string& sha256,
    const fs::path& content,
    const std::function<void(SQLite::Database&)>& insert) {
  const absl::Cleanup remove_content = [&content] {
    RemoveAll(content).IgnoreError();  // the next start tries again
  };
  RETURN_IF_ERROR(ValidateName("name", name));
  RETURN_IF_ERROR(WriteChecksums(content));
  // Slow, so before the transaction; the sync on publishing is then short.
  RETURN_IF_ERROR(SyncFolder(content));
  Added added;
  bool has_row = false;
  const absl::Status status =
      database_.Transact([&](SQLite::Database& database) -> absl::Status {
        SQLite::Statement existing = Query(
            database,
            absl::StrCat("SELECT sha256 FROM ", kind.table, " WHERE name = ?"),
            name);
        has_row = existing.executeStep();
        if (has_row) {
          if (RowReader(existing).Text() == sha256) return absl::OkStatus();
          return absl::AlreadyExistsError(absl::StrCat(
              "cannot add ", kind.noun, " ", name,
              ": the name is taken by other content; choose another name, or "
              "delete what has it"));
        }
        // The row is the truth: a folder without one is rubbish.
        const fs::path target = (folder_.*kind.parent)() / name;
        RETURN_IF_ERROR(RemoveAll(target));
        RETURN_IF_ERROR(PublishFolder(content, target));
        insert(database);
        added.is_new = true;
        return absl::OkStatus();
      });
  if (!status.ok()) {
    // A full disk should not stay full of what nobody can see.
    if (!has_row) RemoveUnnamed(kind, name).IgnoreError();
    return status;
  }
  return added;
}

absl::StatusOr<AssetStore::Added> AssetStore::AddDataset(
    DatasetRecord record, const fs::path& content) {
  return Add(Kind::kDataset, record.name, record.sha256, content,
             [&](SQLite::Database& database) {
               Execute(database, "INSERT INTO datasets VALUES (?, ?, ?, ?, ?)",
                       record.name, record.sha256, record.rows, clock_.Now(),
                       record.unlabelled);
             });
}

absl::StatusOr<AssetStore::Added> AssetStore::AddVectors(
    VectorsRecord record, const fs::path& content) {
  return Add(Kind::kVectors, record.name, record.sha256, content,
             [&](SQLite::Database& database) {
               Execute(database,
                       "INSERT INTO vectors VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       record.name, record.sha256, record.format, record.words,
                       record.dimension, record.bytes, clock_.Now(),
                       record.has_counts, record.job);
             });
}

absl::StatusOr<fs::path> AssetStore::Verified(
    const Kind& kind, std::string_view name,
    const std::stop_token& stop) const {
  RETURN_IF_ERROR(database_.Transact([&](SQLite::Database& database) {
    return kind.Exists(database, name) ? absl::OkStatus() : kind.NotFound(name);
  }));
  const fs::path path = (folder_.*kind.parent)() / name;
  RETURN_IF_ERROR(VerifyChecksums(path, stop));
  return path;
}

absl::StatusOr<fs::path> AssetStore::VerifiedDataset(
    std::string_view name, const std::stop_token& stop) const {
  return Verified(Kind::kDataset, name, stop);
}

absl::StatusOr<fs::path> AssetStore::VerifiedVectors(
    std::string_view name, const std::stop_token& stop) const {
  RETURN_IF_ERROR(Verified(Kind::kVectors, name, stop).status());
  return folder_.vectors_file(name);
}

absl::StatusOr<fs::path> AssetStore::VerifiedWordCounts(
    std::string_view name, const std::stop_token& stop) const {
  ASSIGN_OR_RETURN(const VectorsRecord record, GetVectors(name));
  if (!record.has_counts) {
    return absl::FailedPreconditionError(
        absl::StrCat("vectors ", Quote(name), " came without counts of words"));
  }
  RETURN_IF_ERROR(Verified(Kind::kVectors, name, stop).status());
  return folder_.word_counts_file(name);
}

absl::Status AssetStore::Delete(const Kind& kind, std::string_view name) {
  RETURN_IF_ERROR(
      database_.Transact([&](SQLite::Database& database) -> absl::Status {
        if (!kind.Exists(database, name)) return kind.NotFound(name);
        RETURN_IF_ERROR(
            RefuseWhenUsed(kind.noun, name, kind.users(database, name)));
        Execute(database,
                absl::StrCat("DELETE FROM ", kind.table, " WHERE name = ?"),
                name);
        return absl::OkStatus();
      }));
  // Only now, when the row is gone for good: a row without its folder would be
  // damage, a folder without its row is removed at the next start.
  return RemoveUnnamed(kind, std::string(name));
}

absl::Status AssetStore::DeleteDataset(std::string_view name) {
  return Delete(Kind::kDataset, name);
}

absl::Status AssetStore::DeleteVectors(std::string_view name) {
  return Delete(Kind::kVectors, name);
}

}  // namespace carousel
