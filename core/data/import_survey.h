// What an import has to know of all rows before it can write the first.
#ifndef CAROUSEL_CORE_DATA_IMPORT_SURVEY_H_
#define CAROUSEL_CORE_DATA_IMPORT_SURVEY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/csv_reader.h"
#include "core/data/dataset.h"
#include "core/data/dataset_import.h"
#include "core/data/split.h"

namespace carousel {

// Where a file has what.
struct ImportColumns {
  std::size_t text = 0;
  std::optional<std::size_t> label;  // nothing without labels
  std::optional<std::size_t> id;

  // INVALID_ARGUMENT naming the column that is not there.
  static absl::StatusOr<ImportColumns> Find(const CsvReader& reader,
                                            const ImportOptions& options);
};

// Checks rows and keeps of each its hash and its label. Not thread-safe.
class ImportSurvey {
 public:
  ImportSurvey(const ImportColumns& columns, const ImportOptions& options,
               const ImportLimits& limits);

  // The errors of ImportDataset, without the row's number.
  absl::Status AddRow(const std::vector<std::string>& fields);

  // Assigns the splits; nothing may be added after it.
  absl::Status Finish();

  const DatasetInfo& info() const { return info_; }
  // After Finish; row counts from 0. In an unlabelled dataset they mean
  // nothing.
  Label label(std::size_t row) const { return rows_[row].label; }
  Split split(std::size_t row) const { return splits_[row]; }

 private:
  absl::Status CountRow(const std::vector<std::string>& fields);
  absl::StatusOr<Label> TakeLabel(const std::string& text);
  absl::Status CheckLabels() const;
  absl::Status CheckSplits() const;
  void RecordFindings(const SplitResult& result);

  const ImportColumns columns_;
  const ImportLimits limits_;
  std::size_t text_bytes_ = 0;
  DatasetInfo info_;
  std::vector<SplitInput> rows_;
  std::array<std::int64_t, 2> label_counts_ = {0, 0};
  std::vector<Split> splits_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_DATA_IMPORT_SURVEY_H_
