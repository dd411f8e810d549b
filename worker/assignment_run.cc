#include "worker/assignment_run.h"

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/checksums.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/engine/engine.h"
#include "core/train/hyperparameters.h"

namespace carousel {
namespace {

// Where a model comes from, for provenance.json.
nlohmann::json MakeProvenance(const worker::v1::Assignment& assignment) {
  return {{"job", assignment.job()},
          {"model", assignment.model()},
          {"dataset", assignment.dataset()},
          {"dataset_sha256", assignment.dataset_sha256()},
          {"vectors", assignment.vectors()},
          {"vectors_sha256", assignment.vectors_sha256()},
          {"code_version", CAROUSEL_VERSION},
          {"torch_version", TorchVersion()}};
}

// A flipped bit in a review or a vector would be trained on without a sound.
absl::Status VerifyInputs(const TrainingRunOptions& options,
                          TrainingObserver& observer,
                          const std::stop_token& stop) {
  observer.OnStage("verifying");
  for (const std::filesystem::path& folder :
       {options.dataset_folder, options.vectors_file.parent_path()}) {
    if (stop.stop_requested()) {
      return absl::CancelledError("stopped before it began");
    }
    RETURN_IF_ERROR(VerifyChecksums(folder));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TrainingRunOptions> MakeTrainingRunOptions(
    const worker::v1::Assignment& assignment) {
  const nlohmann::json parameters = nlohmann::json::parse(
      assignment.hyperparameters(), nullptr, /*allow_exceptions=*/false);
  if (parameters.is_discarded()) {
    return absl::InvalidArgumentError("the hyper-parameters are no JSON");
  }
  TrainingRunOptions options;
  ASSIGN_OR_RETURN(options.parameters, HyperParametersFromJson(parameters));
  ASSIGN_OR_RETURN(options.engine, ParseEngine(assignment.engine()));
  ASSIGN_OR_RETURN(options.device, ResolveDevice(assignment.device()));
  options.dataset_folder = assignment.dataset_folder();
  options.vectors_file = assignment.vectors_file();
  options.work_folder = assignment.job_folder();
  options.threads = assignment.threads();
  options.provenance = MakeProvenance(assignment);
  return options;
}

absl::StatusOr<TrainingRunResult> RunAssignment(
    const worker::v1::Assignment& assignment, TrainingObserver& observer,
    const std::stop_token& stop) {
  ASSIGN_OR_RETURN(const TrainingRunOptions options,
                   MakeTrainingRunOptions(assignment));
  observer.OnStage("waiting");
  ASSIGN_OR_RETURN(const std::unique_ptr<FileLock> lock,
                   FileLock::Wait(options.work_folder / "lock",
                                  absl::StrCat("worker ", getpid()), stop));
  RETURN_IF_ERROR(VerifyInputs(options, observer, stop));
  return RunTraining(options, observer, stop);
}

}  // namespace carousel
