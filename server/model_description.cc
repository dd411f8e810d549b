#include "server/model_description.h"

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/base/checksums.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/nn/model_files.h"
#include "server/common_translation.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<std::string> ReadText(const fs::path& folder, const char* name) {
  ASSIGN_OR_RETURN(const std::string text, ReadVerifiedFile(folder, name));
  return EscapeUnlessUtf8(text);
}

absl::Status AddFiles(const fs::path& folder, v1::GetModelResponse& response) {
  ASSIGN_OR_RETURN(const auto checksums, ReadChecksums(folder));
  for (const auto& [name, sha256] : checksums) {
    std::error_code error;
    const auto bytes = fs::file_size(folder / name, error);
    if (error) {
      return absl::DataLossError(
          ErrnoToStatus(error.value(), "look at", folder / name).message());
    }
    v1::ModelFile& file = *response.add_files();
    file.set_name(EscapeUnlessUtf8(name));
    file.set_bytes(static_cast<std::int64_t>(bytes));
    file.set_sha256(sha256);
  }
  return absl::OkStatus();
}

// The job's, or what provenance.json has of a job that another server ran or
// that is no longer kept.
absl::StatusOr<std::string> FindHyperParameters(
    const ModelVersionRecord& record, const JobStore& jobs,
    const std::string& provenance) {
  if (!record.job.empty()) {
    const absl::StatusOr<JobRecord> job = jobs.Get(record.job);
    if (job.ok()) return job->hyperparameters;
    if (!absl::IsNotFound(job.status())) return job.status();
  }
  const auto json = nlohmann::ordered_json::parse(provenance, nullptr,
                                                  /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("hyperparameters")) {
    return std::string();
  }
  return json["hyperparameters"].dump();
}

}  // namespace

absl::Status DescribeModel(const ModelVersionRecord& record,
                           const DataFolder& folder, const JobStore& jobs,
                           v1::GetModelResponse& response) {
  const fs::path path = folder.model_version(record.model, record.version);
  ASSIGN_OR_RETURN(*response.mutable_config(), ReadText(path, kConfigFile));
  ASSIGN_OR_RETURN(*response.mutable_metrics(), ReadText(path, kMetricsFile));
  ASSIGN_OR_RETURN(*response.mutable_provenance(),
                   ReadText(path, kProvenanceFile));
  ASSIGN_OR_RETURN(*response.mutable_hyperparameters(),
                   FindHyperParameters(record, jobs, response.provenance()));
  for (const std::string& label : record.labels) {
    response.add_used_by(absl::StrCat("the label ", label, " points at it"));
  }
  return AddFiles(path, response);
}

}  // namespace carousel
