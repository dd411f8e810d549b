// A dataset on its way to the disk, row by row.
#ifndef CAROUSEL_CORE_DATA_DATASET_WRITER_H_
#define CAROUSEL_CORE_DATA_DATASET_WRITER_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/files.h"
#include "core/data/dataset.h"

namespace carousel {

// The columns of rows.csv: the id first, the text last.
std::vector<std::string> StoredColumns(bool unlabelled);

// Writes the stored form (dataset.h) into a folder, which must exist, and keeps
// no row. What is not finished leaves nothing behind. Not thread-safe.
class DatasetWriter {
 public:
  static absl::StatusOr<std::unique_ptr<DatasetWriter>> Create(
      const std::filesystem::path& folder, bool unlabelled);

  absl::Status AppendLabelled(std::string_view id, std::string_view text,
                              Label label, Split split);
  absl::Status AppendUnlabelled(std::string_view id, std::string_view text);

  // Writes the description; its number of rows is that of the rows appended.
  absl::Status Finish(DatasetInfo info);

 private:
  DatasetWriter(std::filesystem::path folder,
                std::unique_ptr<AtomicFileWriter> rows_file);
  absl::Status Append(std::string_view id, std::string_view middle,
                      std::string_view text);

  const std::filesystem::path folder_;
  const std::unique_ptr<AtomicFileWriter> rows_file_;
  std::int64_t rows_ = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_DATA_DATASET_WRITER_H_
