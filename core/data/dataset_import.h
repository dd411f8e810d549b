// From a file of reviews to a stored dataset.
#ifndef CAROUSEL_CORE_DATA_DATASET_IMPORT_H_
#define CAROUSEL_CORE_DATA_DATASET_IMPORT_H_

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>

#include "absl/status/statusor.h"
#include "core/base/byte_source.h"
#include "core/data/dataset.h"

namespace carousel {

// A small upload may unpack to more than a disk holds; training reads what is
// labelled into memory as a whole.
struct ImportLimits {
  std::size_t rows = 10'000'000;
  std::size_t text_bytes = std::size_t{4} << 30;  // ids too
};

// Opens the file from its beginning, each time it is called.
using SourceOpener =
    std::function<absl::StatusOr<std::unique_ptr<ByteSource>>()>;

// Reads a CSV, splits it unless it is unlabelled, and writes its stored form
// into `folder`, which must exist. The file is read twice, since no row's split
// is known before the last row: to check and to hash every text, then to copy.
// No text is kept; memory is about 60 bytes a row.
//
// INVALID_ARGUMENT with the row and its line for a label that is none, an empty
// text (also one that normalizing leaves empty), a text that is not UTF-8 or
// over 1 MiB, a broken record, a row over the limits; also for a missing
// column, no row at all, a label that is absent from the whole file, or a split
// that has a share above 0 and would be empty. DATA_LOSS when the file is
// another one the second time. CANCELLED once `stop` is requested.
absl::StatusOr<DatasetInfo> ImportDataset(const SourceOpener& open,
                                          const ImportOptions& options,
                                          const std::filesystem::path& folder,
                                          const ImportLimits& limits = {},
                                          std::stop_token stop = {});

}  // namespace carousel

#endif  // CAROUSEL_CORE_DATA_DATASET_IMPORT_H_
