// dataset.json: what a stored dataset is, beside its rows.
#ifndef CAROUSEL_CORE_DATA_DATASET_JSON_H_
#define CAROUSEL_CORE_DATA_DATASET_JSON_H_

#include <filesystem>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/data/dataset.h"

namespace carousel {

// The files of the stored form.
inline constexpr std::string_view kRowsFile = "rows.csv";
inline constexpr std::string_view kDescriptionFile = "dataset.json";

// Labelled datasets are written in format 1, which every version of this
// program reads; unlabelled ones in format 2, which the first versions refuse
// instead of looking for labels.
absl::Status WriteDescription(const DatasetInfo& info,
                              const std::filesystem::path& folder);

// NOT_FOUND when the file is missing, DATA_LOSS when it is damaged.
absl::StatusOr<DatasetInfo> ReadDescription(
    const std::filesystem::path& folder);

}  // namespace carousel

#endif  // CAROUSEL_CORE_DATA_DATASET_JSON_H_
