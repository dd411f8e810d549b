// Datasets and word vectors: a folder each, and a row in the catalogue.
#ifndef CAROUSEL_CORE_STORE_ASSET_STORE_H_
#define CAROUSEL_CORE_STORE_ASSET_STORE_H_

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/store/data_folder.h"
#include "core/store/database.h"
#include "core/store/records.h"

namespace carousel {

// Thread-safe. Arguments are not owned and must outlive it.
class AssetStore {
 public:
  AssetStore(const DataFolder& folder, CatalogueDatabase& database,
             const Clock& clock);

  // Removes folders that no row names: what a crash left between the two.
  absl::Status Recover();

  // Moves `content`, a folder in tmp/, into the store with its checksums and
  // adds the row, or does nothing (the bool is false) when the name holds the
  // same sha256 already. ALREADY_EXISTS when it holds other content. `content`
  // is gone afterwards whatever happens. created_at is filled in.
  struct Added {
    bool is_new = false;
  };
  absl::StatusOr<Added> AddDataset(DatasetRecord record,
                                   const std::filesystem::path& content);
  absl::StatusOr<Added> AddVectors(VectorsRecord record,
                                   const std::filesystem::path& content);

  // NOT_FOUND naming what is not there.
  absl::StatusOr<DatasetRecord> GetDataset(std::string_view name) const;
  absl::StatusOr<VectorsRecord> GetVectors(std::string_view name) const;
  absl::StatusOr<Page<DatasetRecord>> ListDatasets(
      const PageRequest& page) const;
  absl::StatusOr<Page<VectorsRecord>> ListVectors(
      const PageRequest& page) const;

  // The folder, or the file, after a look at its checksums: DATA_LOSS naming
  // the file that changed, NOT_FOUND naming what is not there, CANCELLED once
  // `stop` is requested.
  absl::StatusOr<std::filesystem::path> VerifiedDataset(
      std::string_view name, const std::stop_token& stop = {}) const;
  absl::StatusOr<std::filesystem::path> VerifiedVectors(
      std::string_view name, const std::stop_token& stop = {}) const;
  // The vectors' file of counts, to be read with ReadWordCounts
  // (core/text/word_counts_reader.h); FAILED_PRECONDITION when they have none.
  absl::StatusOr<std::filesystem::path> VerifiedWordCounts(
      std::string_view name, const std::stop_token& stop = {}) const;

  // FAILED_PRECONDITION naming what uses it: a job that is QUEUED or RUNNING
  // uses its dataset and its vectors, one that FAILED or was CANCELLED as well,
  // since it can be resumed, and one that SUCCEEDED while its version is there:
  // evaluations, plots and comparisons go back to what it was trained on.
  absl::Status DeleteDataset(std::string_view name);
  absl::Status DeleteVectors(std::string_view name);

 private:
  // How datasets and vectors differ for what is done alike.
  struct Kind;

  absl::StatusOr<Added> Add(
      const Kind& kind, const std::string& name, const std::string& sha256,
      const std::filesystem::path& content,
      const std::function<void(SQLite::Database&)>& insert);
  absl::Status Delete(const Kind& kind, std::string_view name);
  absl::StatusOr<std::filesystem::path> Verified(
      const Kind& kind, std::string_view name,
      const std::stop_token& stop) const;
  absl::Status RecoverFolder(const Kind& kind);
  // Removes the folder of a name unless a row names it.
  absl::Status RemoveUnnamed(const Kind& kind, const std::string& name);

  const DataFolder& folder_;
  CatalogueDatabase& database_;
  const Clock& clock_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_ASSET_STORE_H_
