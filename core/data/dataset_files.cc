// A labelled dataset between memory and its stored form.
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/data/dataset.h"
#include "core/data/dataset_json.h"
#include "core/data/dataset_reader.h"
#include "core/data/dataset_writer.h"

namespace carousel {

absl::StatusOr<ImportOptions> ReadImportOptions(
    const std::filesystem::path& folder) {
  ASSIGN_OR_RETURN(DatasetInfo info, ReadDescription(folder));
  return std::move(info.options);
}

absl::Status WriteDataset(const Dataset& dataset,
                          const std::filesystem::path& folder) {
  ASSIGN_OR_RETURN(const std::unique_ptr<DatasetWriter> writer,
                   DatasetWriter::Create(folder, /*unlabelled=*/false));
  for (const Example& example : dataset.examples) {
    RETURN_IF_ERROR(writer->AppendLabelled(example.id, example.text,
                                           example.label, example.split));
  }
  return writer->Finish({.label_names = dataset.label_names,
                         .options = dataset.options,
                         .findings = dataset.findings});
}

absl::StatusOr<Dataset> ReadDataset(const std::filesystem::path& folder,
                                    std::stop_token stop) {
  ASSIGN_OR_RETURN(const std::unique_ptr<DatasetReader> reader,
                   DatasetReader::Open(folder, std::move(stop)));
  const DatasetInfo& info = reader->info();
  if (info.options.unlabelled) {
    return absl::FailedPreconditionError(
        absl::StrCat("the texts in ", folder.string(),
                     " have no labels, which this needs of each"));
  }
  Dataset dataset;
  dataset.label_names = info.label_names;
  dataset.options = info.options;
  dataset.findings = info.findings;
  DatasetRow row;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, reader->Next(row));
    if (!found) return dataset;
    dataset.examples.push_back({.id = std::move(row.id),
                                .text = std::move(row.text),
                                .label = *row.label,
                                .split = *row.split});
  }
}

}  // namespace carousel
