// The stored form of a dataset: rows.csv and dataset.json.
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/csv_reader.h"
#include "core/base/error_details.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/base/stoppable_source.h"
#include "core/base/strings.h"
#include "core/data/dataset.h"

namespace carousel {
namespace {

constexpr int kFormatVersion = 1;
constexpr std::string_view kRowsFile = "rows.csv";
constexpr std::string_view kDescriptionFile = "dataset.json";
constexpr std::size_t kWriteBytes = 1 << 20;
// The columns of rows.csv.
enum Column : std::size_t { kId, kLabel, kSplit, kText };

nlohmann::json DescriptionToJson(const Dataset& dataset) {
  const ImportOptions& options = dataset.options;
  const ImportFindings& findings = dataset.findings;
  return {
      {"format_version", kFormatVersion},
      {"rows", dataset.examples.size()},
      {"label_names", dataset.label_names},
      {"options",
       {{"text_column", options.text_column},
        {"label_column", options.label_column},
        {"id_column", options.id_column},
        {"shares", options.shares},
        {"split_seed", options.split_seed}}},
      {"findings",
       {{"duplicate_rows", findings.duplicate_rows},
        {"conflicting_groups", findings.conflicting_groups},
        {"conflict_examples", findings.conflict_examples}}},
  };
}

// Everything but the examples, and how many of them there must be. Throws
// nlohmann's exceptions.
std::size_t FillFromJson(const nlohmann::json& json, Dataset& dataset) {
  json.at("label_names").get_to(dataset.label_names);
  const nlohmann::json& options = json.at("options");
  options.at("text_column").get_to(dataset.options.text_column);
  options.at("label_column").get_to(dataset.options.label_column);
  options.at("id_column").get_to(dataset.options.id_column);
  options.at("shares").get_to(dataset.options.shares);
  options.at("split_seed").get_to(dataset.options.split_seed);
  const nlohmann::json& findings = json.at("findings");
  findings.at("duplicate_rows").get_to(dataset.findings.duplicate_rows);
  findings.at("conflicting_groups").get_to(dataset.findings.conflicting_groups);
  findings.at("conflict_examples").get_to(dataset.findings.conflict_examples);
  return json.at("rows").get<std::size_t>();
}

absl::StatusOr<std::size_t> ParseDescription(const std::string& text,
                                             Dataset& dataset) {
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    if (const int version = json.at("format_version").get<int>();
        version != kFormatVersion) {
      return absl::DataLossError(absl::StrCat("format_version is ", version,
                                              "; this program reads ",
                                              kFormatVersion));
    }
    return FillFromJson(json, dataset);
  } catch (const nlohmann::json::exception& error) {
    return absl::DataLossError(error.what());
  }
}

absl::StatusOr<Example> ParseExample(std::vector<std::string>& fields) {
  Example example;
  ASSIGN_OR_RETURN(example.label, ParseLabel(fields[kLabel]));
  ASSIGN_OR_RETURN(example.split, ParseSplit(fields[kSplit]));
  example.id = std::move(fields[kId]);
  example.text = std::move(fields[kText]);
  return example;
}

absl::Status ReadExamples(ByteSource& source, std::vector<Example>& examples) {
  ASSIGN_OR_RETURN(const std::unique_ptr<CsvReader> reader,
                   CsvReader::Create(source));
  if (reader->header() !=
      std::vector<std::string>{"id", "label", "split", "text"}) {
    return absl::DataLossError("the header is not id,label,split,text");
  }
  std::vector<std::string> fields;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, reader->Next(fields));
    if (!found) return absl::OkStatus();
    absl::StatusOr<Example> example = ParseExample(fields);
    if (!example.ok()) return WithContext(example.status(), reader->Where());
    examples.push_back(*std::move(example));
  }
}

// Whatever is wrong inside a stored file is damage, not the caller's argument;
// a stop is nothing wrong.
absl::Status AsDataLoss(const absl::Status& status,
                        const std::filesystem::path& path) {
  if (absl::IsCancelled(status)) return WithContext(status, path.string());
  return absl::DataLossError(
      absl::StrCat(path.string(), " is damaged: ", status.message()));
}

}  // namespace

absl::StatusOr<ImportOptions> ReadImportOptions(
    const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kDescriptionFile;
  ASSIGN_OR_RETURN(const std::string description, ReadFile(path));
  Dataset dataset;
  const absl::Status parsed = ParseDescription(description, dataset).status();
  if (!parsed.ok()) return AsDataLoss(parsed, path);
  return dataset.options;
}

absl::Status WriteDataset(const Dataset& dataset,
                          const std::filesystem::path& folder) {
  ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFileWriter> writer,
                   AtomicFileWriter::Create(folder / kRowsFile));
  std::string rows = "id,label,split,text\n";
  for (const Example& example : dataset.examples) {
    absl::StrAppend(&rows, CsvField(example.id), ",", example.label, ",",
                    ToAbslView(ToString(example.split)), ",",
                    CsvField(example.text), "\n");
    if (rows.size() < kWriteBytes) continue;
    RETURN_IF_ERROR(writer->Append(rows));
    rows.clear();
  }
  RETURN_IF_ERROR(writer->Append(rows));
  RETURN_IF_ERROR(writer->Commit());
  return WriteFileAtomically(folder / kDescriptionFile,
                             DescriptionToJson(dataset).dump(2) + "\n");
}

absl::StatusOr<Dataset> ReadDataset(const std::filesystem::path& folder,
                                    std::stop_token stop) {
  Dataset dataset;
  const std::filesystem::path description_path = folder / kDescriptionFile;
  ASSIGN_OR_RETURN(const std::string description, ReadFile(description_path));
  const absl::StatusOr<std::size_t> rows =
      ParseDescription(description, dataset);
  if (!rows.ok()) return AsDataLoss(rows.status(), description_path);

  const std::filesystem::path rows_path = folder / kRowsFile;
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                   OpenByteSource(rows_path));
  StoppableSource stoppable(*source, std::move(stop));
  if (absl::Status read = ReadExamples(stoppable, dataset.examples);
      !read.ok()) {
    return AsDataLoss(read, rows_path);
  }
  if (dataset.examples.size() != *rows) {
    return absl::DataLossError(
        absl::StrCat(rows_path.string(), " holds ", dataset.examples.size(),
                     " rows; ", ToAbslView(kDescriptionFile), " says ", *rows));
  }
  return dataset;
}

}  // namespace carousel
