// What ModelStore reads out of the catalogue.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/store/model_rows.h"
#include "core/store/model_store.h"
#include "core/store/paging.h"

namespace carousel {
namespace {

absl::StatusOr<ModelVersionRecord> ResolveIn(SQLite::Database& database,
                                             const ModelReference& reference) {
  if (reference.version > 0) {
    return GetVersion(database, reference.name, reference.version);
  }
  RETURN_IF_ERROR(CheckModelExists(database, reference.name));
  if (!reference.label.empty()) {
    auto record =
        FindVersionWithLabel(database, reference.name, reference.label);
    if (record.has_value()) return *std::move(record);
    return absl::NotFoundError(absl::StrCat("model ", reference.name,
                                            " has no label ", reference.label));
  }
  for (const char* label : {kStableLabel, kLatestLabel}) {
    auto record = FindVersionWithLabel(database, reference.name, label);
    if (record.has_value()) return *std::move(record);
  }
  return absl::NotFoundError(absl::StrCat(
      "model ", reference.name, " has neither the label ", kStableLabel,
      " nor ", kLatestLabel, "; name a version, as in ", reference.name, "@1"));
}

}  // namespace

absl::StatusOr<ModelVersionRecord> ModelStore::Resolve(
    const ModelReference& reference) const {
  ModelVersionRecord record;
  RETURN_IF_ERROR(
      database_.Transact([&](SQLite::Database& database) -> absl::Status {
        ASSIGN_OR_RETURN(record, ResolveIn(database, reference));
        return absl::OkStatus();
      }));
  return record;
}

absl::StatusOr<std::optional<ModelVersionRecord>> ModelStore::FindByJob(
    std::string_view job) const {
  std::optional<ModelVersionRecord> record;
  RETURN_IF_ERROR(database_.Transact([&](SQLite::Database& database) {
    record = FindVersionOfJob(database, job);
    return absl::OkStatus();
  }));
  return record;
}

absl::StatusOr<Page<ModelVersionRecord>> ModelStore::List(
    std::string_view model, const PageRequest& request) const {
  const std::string list = absl::StrCat("models ", ToAbslView(model));
  ASSIGN_OR_RETURN(const PagePosition position,
                   ParsePageRequest(list, request));
  ModelReference after;
  if (position.after.has_value()) {
    absl::StatusOr<ModelReference> key = ModelReference::Parse(*position.after);
    if (!key.ok()) return BadPageToken(request.page_token);
    after = *std::move(key);
  }
  std::vector<ModelVersionRecord> rows;
  RETURN_IF_ERROR(database_.Transact([&](SQLite::Database& database) {
    rows = SelectVersions(database,
                          "(?1 = '' OR model = ?1) AND "
                          "(model > ?2 OR (model = ?2 AND version < ?3)) "
                          "ORDER BY model, version DESC LIMIT ?4",
                          model, after.name, after.version, position.size + 1);
    return absl::OkStatus();
  }));
  return MakePage(list, position, std::move(rows),
                  [](const ModelVersionRecord& record) {
                    return absl::StrCat(record.model, "@", record.version);
                  });
}

absl::StatusOr<std::vector<ModelVersionRecord>> ModelStore::Labelled() const {
  std::vector<ModelVersionRecord> versions;
  RETURN_IF_ERROR(database_.Transact([&](SQLite::Database& database) {
    versions = SelectVersions(
        database,
        "(model, version) IN (SELECT model, version FROM labels) "
        "ORDER BY model, version");
    return absl::OkStatus();
  }));
  return versions;
}

}  // namespace carousel
