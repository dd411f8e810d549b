// The rows of a stored dataset, one by one, labelled or not.
//
//   ASSIGN_OR_RETURN(const auto reader, DatasetReader::Open(folder, stop));
//   DatasetRow row;
//   for (;;) {
//     ASSIGN_OR_RETURN(const bool found, reader->Next(row));
//     if (!found) break;
//     ... row.text, and row.split where the dataset has one ...
//   }
#ifndef CAROUSEL_CORE_DATA_DATASET_READER_H_
#define CAROUSEL_CORE_DATA_DATASET_READER_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/byte_source.h"
#include "core/base/csv_reader.h"
#include "core/base/stoppable_source.h"
#include "core/data/dataset.h"

namespace carousel {

struct DatasetRow {
  std::string id;
  std::string text;
  // Nothing in an unlabelled dataset.
  std::optional<Label> label;
  std::optional<Split> split;
};

// Holds one row at a time. Not thread-safe.
class DatasetReader {
 public:
  // NOT_FOUND when a file is missing, DATA_LOSS when one is damaged, CANCELLED
  // when `stop` was requested.
  static absl::StatusOr<std::unique_ptr<DatasetReader>> Open(
      const std::filesystem::path& folder, std::stop_token stop = {});

  const DatasetInfo& info() const { return info_; }

  // False at the end. DATA_LOSS and CANCELLED as above. Not to be called again
  // after an error.
  absl::StatusOr<bool> Next(DatasetRow& row);

 private:
  DatasetReader(std::filesystem::path path, DatasetInfo info,
                std::unique_ptr<ByteSource> file, std::stop_token stop);

  absl::Status ReadHeader();
  // Fills `row` with what stands in fields_.
  absl::Status TakeRow(DatasetRow& row);
  // Whatever is wrong inside a stored file is damage, not the caller's
  // argument; a stop is nothing wrong.
  absl::Status AsDataLoss(const absl::Status& status) const;

  const std::filesystem::path path_;
  const DatasetInfo info_;
  const std::unique_ptr<ByteSource> file_;
  StoppableSource source_;
  std::unique_ptr<CsvReader> csv_;
  std::vector<std::string> fields_;
  std::int64_t rows_ = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_DATA_DATASET_READER_H_
