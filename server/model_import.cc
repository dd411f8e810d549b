#include "server/model_import.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/error_details.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/nn/model_files.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;
// Keeps the order of a file that people read.
using Json = nlohmann::ordered_json;

// A small file must not ask for much memory: a configuration can.
absl::Status CheckWeightsSize(const fs::path& folder) {
  ASSIGN_OR_RETURN(const ModelConfig config, ReadModelConfig(folder));
  const auto needed =
      CountWeights(config) * static_cast<std::int64_t>(sizeof(float));
  std::error_code error;
  const auto bytes =
      static_cast<std::int64_t>(fs::file_size(folder / kWeightsFile, error));
  if (error) {
    return ErrnoToStatus(error.value(), "look at", folder / kWeightsFile);
  }
  if (bytes >= needed) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(kWeightsFile, " has ", bytes, " bytes; the weights that ",
                   kConfigFile, " asks for take ", needed));
}

// A JSON object of the folder; an empty one when there is no such file.
absl::StatusOr<Json> ReadObject(const fs::path& folder, const char* name) {
  const absl::StatusOr<std::string> text = ReadFile(folder / name);
  if (absl::IsNotFound(text.status())) return Json::object();
  RETURN_IF_ERROR(text.status());
  Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (json.is_object()) return json;
  return absl::InvalidArgumentError(
      absl::StrCat(name, " is not a JSON object"));
}

absl::Status WriteObject(const fs::path& folder, const char* name,
                         const Json& json) {
  return WriteFileAtomically(folder / name, json.dump(2) + "\n");
}

// The accuracy of the best epoch, where metrics.json says one.
std::optional<double> ValidationAccuracy(const Json& metrics) {
  const auto validation = metrics.find("validation");
  if (validation == metrics.end() || !validation->is_object()) {
    return std::nullopt;
  }
  const auto accuracy = validation->find("accuracy");
  if (accuracy == validation->end() || !accuracy->is_number()) {
    return std::nullopt;
  }
  const double value = accuracy->get<double>();
  if (!(value >= 0 && value <= 1)) return std::nullopt;
  return value;
}

// metrics.json as it came, or an empty one.
absl::StatusOr<Json> CompleteMetrics(const fs::path& folder) {
  ASSIGN_OR_RETURN(Json metrics, ReadObject(folder, kMetricsFile));
  std::error_code error;
  if (!fs::exists(folder / kMetricsFile, error)) {
    RETURN_IF_ERROR(WriteObject(folder, kMetricsFile, metrics));
  }
  return metrics;
}

absl::Status CompleteProvenance(const fs::path& folder, const Clock& clock) {
  ASSIGN_OR_RETURN(Json provenance, ReadObject(folder, kProvenanceFile));
  Json entry = {{"at", FormatRfc3339(clock.Now())}};
  const auto sha256 = Sha256OfFile(folder / kProvenanceFile);
  if (sha256.ok()) entry["provenance_sha256"] = *sha256;
  Json& imports = provenance["imports"];
  if (!imports.is_array()) imports = Json::array();
  imports.push_back(std::move(entry));
  return WriteObject(folder, kProvenanceFile, provenance);
}

// What the trial says, without the name that the folder has for now. A model
// that gives no probabilities is as wrong as one that cannot be read.
absl::Status ForCaller(const absl::Status& status, const fs::path& folder) {
  const std::string message(
      absl::StripPrefix(status.message(), absl::StrCat(folder.string(), ": ")));
  return absl::Status(absl::IsFailedPrecondition(status)
                          ? absl::StatusCode::kInvalidArgument
                          : status.code(),
                      message);
}

}  // namespace

absl::StatusOr<ModelVersionRecord> ModelImport::Publish(
    const std::string& model, const fs::path& folder,
    const std::stop_token& stop) const {
  RETURN_IF_ERROR(CheckWeightsSize(folder));
  ASSIGN_OR_RETURN(const Json metrics, CompleteMetrics(folder));
  RETURN_IF_ERROR(CompleteProvenance(folder, clock_));
  if (const absl::Status trial = trial_(folder); !trial.ok()) {
    return ForCaller(trial, folder);
  }
  if (stop.stop_requested()) return absl::CancelledError("the caller left");
  return registry_.Import(
      {.model = model, .validation_accuracy = ValidationAccuracy(metrics)},
      folder);
}

}  // namespace carousel
