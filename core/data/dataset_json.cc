#include "core/data/dataset_json.h"

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

constexpr int kLabelledFormat = 1;
constexpr int kUnlabelledFormat = 2;

nlohmann::json OptionsToJson(const ImportOptions& options) {
  nlohmann::json json = {{"text_column", options.text_column},
                         {"id_column", options.id_column}};
  if (options.unlabelled) return json;
  json["label_column"] = options.label_column;
  json["shares"] = options.shares;
  json["split_seed"] = options.split_seed;
  return json;
}

nlohmann::json InfoToJson(const DatasetInfo& info) {
  const bool unlabelled = info.options.unlabelled;
  const ImportFindings& findings = info.findings;
  nlohmann::json json = {
      {"format_version", unlabelled ? kUnlabelledFormat : kLabelledFormat},
      {"rows", info.rows},
      {"options", OptionsToJson(info.options)},
      {"findings",
       {{"duplicate_rows", findings.duplicate_rows},
        {"conflicting_groups", findings.conflicting_groups},
        {"conflict_examples", findings.conflict_examples}}},
  };
  if (!unlabelled) json["label_names"] = info.label_names;
  return json;
}

// The functions from here on throw nlohmann's exceptions.
void FillLabelled(const nlohmann::json& json, DatasetInfo& info) {
  json.at("label_names").get_to(info.label_names);
  const nlohmann::json& options = json.at("options");
  options.at("label_column").get_to(info.options.label_column);
  options.at("shares").get_to(info.options.shares);
  options.at("split_seed").get_to(info.options.split_seed);
}

DatasetInfo InfoFromJson(const nlohmann::json& json) {
  DatasetInfo info;
  info.options.unlabelled =
      json.at("format_version").get<int>() == kUnlabelledFormat;
  if (!info.options.unlabelled) FillLabelled(json, info);
  json.at("rows").get_to(info.rows);
  const nlohmann::json& options = json.at("options");
  options.at("text_column").get_to(info.options.text_column);
  options.at("id_column").get_to(info.options.id_column);
  const nlohmann::json& findings = json.at("findings");
  findings.at("duplicate_rows").get_to(info.findings.duplicate_rows);
  findings.at("conflicting_groups").get_to(info.findings.conflicting_groups);
  findings.at("conflict_examples").get_to(info.findings.conflict_examples);
  return info;
}

absl::StatusOr<DatasetInfo> Parse(const std::string& text) {
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    const int version = json.at("format_version").get<int>();
    if (version != kLabelledFormat && version != kUnlabelledFormat) {
      return absl::DataLossError(
          absl::StrCat("format_version is ", version, "; this program reads ",
                       kLabelledFormat, " and ", kUnlabelledFormat));
    }
    return InfoFromJson(json);
  } catch (const nlohmann::json::exception& error) {
    return absl::DataLossError(error.what());
  }
}

}  // namespace

absl::Status WriteDescription(const DatasetInfo& info,
                              const std::filesystem::path& folder) {
  return WriteFileAtomically(folder / kDescriptionFile,
                             InfoToJson(info).dump(2) + "\n");
}

absl::StatusOr<DatasetInfo> ReadDescription(
    const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kDescriptionFile;
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  absl::StatusOr<DatasetInfo> info = Parse(text);
  if (info.ok()) return info;
  return absl::DataLossError(
      absl::StrCat(path.string(), " is damaged: ", info.status().message()));
}

}  // namespace carousel
