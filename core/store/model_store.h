// Published model versions and the labels that point at them.
#ifndef CAROUSEL_CORE_STORE_MODEL_STORE_H_
#define CAROUSEL_CORE_STORE_MODEL_STORE_H_

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/names.h"
#include "core/store/data_folder.h"
#include "core/store/database.h"
#include "core/store/records.h"

namespace carousel {

inline constexpr char kLatestLabel[] = "latest";
inline constexpr char kStableLabel[] = "stable";

// Thread-safe. Arguments are not owned and must outlive it.
class ModelStore {
 public:
  ModelStore(const DataFolder& folder, CatalogueDatabase& database,
             const Clock& clock);

  // Removes version folders that no row names.
  absl::Status Recover();

  // Copies `content` (hard links where it can) with checksums to the next
  // version of record.model and adds the row, without any label. A job that
  // has published already gets its version again. version, bytes and
  // created_at of `record` are filled in. The number of a version that was
  // deleted is not given again. `content` stays as it is, and must not be
  // changed in place afterwards, only replaced.
  absl::StatusOr<ModelVersionRecord> Publish(
      ModelVersionRecord record, const std::filesystem::path& content);

  // By the contract's rule for references. NOT_FOUND naming what is missing.
  absl::StatusOr<ModelVersionRecord> Resolve(
      const ModelReference& reference) const;
  absl::StatusOr<std::optional<ModelVersionRecord>> FindByJob(
      std::string_view job) const;
  // Versions of one model, or of all when `model` is "", newest first within
  // a model.
  absl::StatusOr<Page<ModelVersionRecord>> List(std::string_view model,
                                                const PageRequest& page) const;
  // Every version that a label points at.
  absl::StatusOr<std::vector<ModelVersionRecord>> Labelled() const;

  // Points `label` at the version. Loading and warming it first is the
  // caller's duty. INVALID_ARGUMENT for a label that is no name or digits
  // alone.
  absl::Status SetLabel(std::string_view model, std::int64_t version,
                        std::string_view label);

  // FAILED_PRECONDITION naming the labels it holds.
  absl::Status Delete(std::string_view model, std::int64_t version);
  // All versions of the model with their labels; those that are gone, also
  // when there was an error, are added to `deleted`. FAILED_PRECONDITION
  // naming the jobs for it that wait or run.
  absl::Status DeleteAll(std::string_view model,
                         std::vector<std::int64_t>& deleted);

  // The verified folder of a version; DATA_LOSS naming the file that changed,
  // CANCELLED once `stop` is requested.
  absl::StatusOr<std::filesystem::path> VerifiedFolder(
      std::string_view model, std::int64_t version,
      const std::stop_token& stop = {}) const;

 private:
  // Removes models/NAME/VERSION unless a row names it.
  absl::Status RemoveUnnamed(const std::filesystem::path& folder);
  // The part of Publish() that runs in a transaction.
  absl::Status AddVersion(SQLite::Database& database,
                          const std::filesystem::path& copy,
                          ModelVersionRecord& record) const;

  const DataFolder& folder_;
  CatalogueDatabase& database_;
  const Clock& clock_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_MODEL_STORE_H_
