// From an uploaded file to a stored dataset or stored vectors.
#ifndef CAROUSEL_SERVER_ASSET_IMPORT_H_
#define CAROUSEL_SERVER_ASSET_IMPORT_H_

#include <cstdint>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "core/data/dataset.h"
#include "core/store/asset_store.h"
#include "core/store/data_folder.h"
#include "core/store/records.h"
#include "server/upload_file.h"

namespace carousel {

struct ImportedDataset {
  DatasetRecord record;  // as it is stored now
  bool is_new = false;   // false: the same content was there already
};

struct ImportedVectors {
  VectorsRecord record;
  bool is_new = false;
  std::int64_t duplicates = 0;
  std::int64_t without_count = 0;  // words that the vocabulary file lacks
};

// Thread-safe. Nothing is owned.
class AssetImport {
 public:
  AssetImport(const DataFolder& folder, AssetStore& assets)
      : folder_(folder), assets_(assets) {}

  // The errors of ImportDataset and AssetStore::AddDataset; CANCELLED when
  // `stop` was requested.
  absl::StatusOr<ImportedDataset> AddDataset(const std::string& name,
                                             const ImportOptions& options,
                                             const UploadFile& file,
                                             const std::stop_token& stop) const;

  // `format` is empty or what the file must be: INVALID_ARGUMENT otherwise.
  // The errors of ReadWordVectors, ReadWordCounts and AssetStore::AddVectors;
  // INVALID_ARGUMENT for a vocabulary file that has the count of no word. The
  // files are gone afterwards.
  absl::StatusOr<ImportedVectors> AddVectors(const std::string& name,
                                             const std::string& format,
                                             const UploadFile& file,
                                             const std::stop_token& stop) const;

 private:
  const DataFolder& folder_;
  AssetStore& assets_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_ASSET_IMPORT_H_
