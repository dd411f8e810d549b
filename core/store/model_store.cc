#include "core/store/model_store.h"

#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/store/asset_users.h"
#include "core/store/model_rows.h"
#include "core/store/sql.h"

namespace carousel {

namespace fs = std::filesystem;

namespace {

// The folders models/NAME/VERSION that are there, as paths.
absl::StatusOr<std::vector<fs::path>> VersionFolders(const fs::path& models) {
  std::vector<fs::path> folders;
  std::error_code error;
  fs::recursive_directory_iterator entry(models, error);
  for (; entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (error) break;
    if (entry.depth() == 1) {
      folders.push_back(entry->path());
      entry.disable_recursion_pending();
    }
  }
  if (error) return ErrnoToStatus(error.value(), "list", models);
  return folders;
}

std::int64_t NextVersion(SQLite::Database& database, const std::string& model) {
  SQLite::Statement statement =
      Query(database,
            "INSERT INTO models VALUES (?, 1) ON CONFLICT (name) "
            "DO UPDATE SET last_version = last_version + 1 "
            "RETURNING last_version",
            model);
  statement.executeStep();
  const std::int64_t version = RowReader(statement).Integer();
  // RETURNING gives its row before the statement is done.
  while (statement.executeStep()) {
  }
  return version;
}

}  // namespace

ModelStore::ModelStore(const DataFolder& folder, CatalogueDatabase& database,
                       const Clock& clock)
    : folder_(folder), database_(database), clock_(clock) {}

absl::Status ModelStore::Recover() {
  ASSIGN_OR_RETURN(const std::vector<fs::path> folders,
                   VersionFolders(folder_.models()));
  for (const fs::path& folder : folders) {
    RETURN_IF_ERROR(RemoveUnnamed(folder));
  }
  return absl::OkStatus();
}

absl::Status ModelStore::RemoveUnnamed(const fs::path& folder) {
  // Gigabytes take a while to remove, and the catalogue waits for nobody.
  const fs::path aside = folder_.NewTemporary(folder.filename().string());
  RETURN_IF_ERROR(
      database_.Transact([&](SQLite::Database& database) -> absl::Status {
        const bool is_named =
            Query(database,
                  "SELECT 1 FROM model_versions "
                  "WHERE model = ? AND CAST(version AS TEXT) = ?",
                  folder.parent_path().filename().string(),
                  folder.filename().string())
                .executeStep();
        if (is_named || MoveAside(folder, aside).ok()) return absl::OkStatus();
        return RemoveAll(folder);  // a full disk may have no room for a name
      }));
  return RemoveAll(aside);
}

absl::StatusOr<ModelVersionRecord> ModelStore::Publish(
    ModelVersionRecord record, const fs::path& content) {
  RETURN_IF_ERROR(ValidateName("model", record.model));
  ASSIGN_OR_RETURN(std::optional<ModelVersionRecord> published,
                   FindByJob(record.job));
  if (published.has_value()) return *std::move(published);
  const fs::path copy = folder_.NewTemporary(record.model);
  const absl::Cleanup remove_copy = [&copy] {
    RemoveAll(copy).IgnoreError();  // the next start tries again
  };
  RETURN_IF_ERROR(LinkFolder(content, copy));
  // The source may be a folder that was published before.
  RETURN_IF_ERROR(RemoveAll(copy / kChecksumsFile));
  RETURN_IF_ERROR(WriteChecksums(copy));
  ASSIGN_OR_RETURN(record.bytes, FolderBytes(copy));
  // Slow, so before the transaction; the sync on publishing is then short.
  RETURN_IF_ERROR(SyncFolder(copy));
  RETURN_IF_ERROR(CreateFolder(folder_.model(record.model)));
  record.created_at = clock_.Now();
  const absl::Status status =
      database_.Transact([&](SQLite::Database& database) {
        return AddVersion(database, copy, record);
      });
  if (!status.ok() && record.version > 0) {
    // A full disk should not stay full of what nobody can see.
    RemoveUnnamed(folder_.model_version(record.model, record.version))
        .IgnoreError();
  }
  RETURN_IF_ERROR(status);
  return record;
}

absl::Status ModelStore::AddVersion(SQLite::Database& database,
                                    const fs::path& copy,
                                    ModelVersionRecord& record) const {
  if (auto published = FindVersionOfJob(database, record.job)) {
    record = *std::move(published);
    return absl::OkStatus();
  }
  record.labels.clear();
  record.version = NextVersion(database, record.model);
  const fs::path target = folder_.model_version(record.model, record.version);
  // The row is the truth: a folder without one is rubbish.
  RETURN_IF_ERROR(RemoveAll(target));
  RETURN_IF_ERROR(PublishFolder(copy, target));
  Execute(
      database, "INSERT INTO model_versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      record.model, record.version, record.job, record.dataset, record.vectors,
      record.validation_accuracy, record.bytes, record.created_at);
  return absl::OkStatus();
}

absl::Status ModelStore::SetLabel(std::string_view model, std::int64_t version,
                                  std::string_view label) {
  RETURN_IF_ERROR(ValidateLabel("label", label));
  return database_.Transact([&](SQLite::Database& database) -> absl::Status {
    RETURN_IF_ERROR(GetVersion(database, model, version).status());
    Execute(database,
            "INSERT INTO labels (model, label, version) VALUES (?, ?, ?) "
            "ON CONFLICT (model, label) DO UPDATE SET version = "
            "excluded.version",
            model, label, version);
    return absl::OkStatus();
  });
}

absl::Status ModelStore::Delete(std::string_view model, std::int64_t version) {
  RETURN_IF_ERROR(
      database_.Transact([&](SQLite::Database& database) -> absl::Status {
        ASSIGN_OR_RETURN(const ModelVersionRecord record,
                         GetVersion(database, model, version));
        if (!record.labels.empty()) {
          return WithReason(
              absl::FailedPreconditionError(absl::StrCat(
                  "cannot delete model ", record.model, "@", version,
                  ": it is labelled ", absl::StrJoin(record.labels, ", "),
                  "; move the label to another version first")),
              "IN_USE");
        }
        Execute(database,
                "DELETE FROM model_versions WHERE model = ? AND version = ?",
                model, version);
        return absl::OkStatus();
      }));
  // Only now, when the row is gone for good: a row without its folder would be
  // damage, a folder without its row is removed at the next start.
  return RemoveUnnamed(folder_.model_version(model, version));
}

absl::Status ModelStore::DeleteAll(std::string_view model,
                                   std::vector<std::int64_t>& deleted) {
  std::vector<std::int64_t> versions;
  RETURN_IF_ERROR(
      database_.Transact([&](SQLite::Database& database) -> absl::Status {
        RETURN_IF_ERROR(CheckModelExists(database, model));
        RETURN_IF_ERROR(
            RefuseWhenUsed("model", model, OpenJobsFor(database, model)));
        for (const ModelVersionRecord& record :
             SelectVersions(database, "model = ?", model)) {
          versions.push_back(record.version);
        }
        Execute(database, "DELETE FROM labels WHERE model = ?", model);
        Execute(database, "DELETE FROM model_versions WHERE model = ?", model);
        return absl::OkStatus();
      }));
  deleted.insert(deleted.end(), versions.begin(), versions.end());
  absl::Status removed;
  for (const std::int64_t version : versions) {
    removed.Update(RemoveUnnamed(folder_.model_version(model, version)));
  }
  return removed;
}

absl::StatusOr<fs::path> ModelStore::VerifiedFolder(
    std::string_view model, std::int64_t version,
    const std::stop_token& stop) const {
  RETURN_IF_ERROR(database_.Transact([&](SQLite::Database& database) {
    return GetVersion(database, model, version).status();
  }));
  const fs::path path = folder_.model_version(model, version);
  RETURN_IF_ERROR(VerifyChecksums(path, stop));
  return path;
}

}  // namespace carousel
