#include "worker/assignment_run.h"

#include <unistd.h>

#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

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
absl::Status VerifyInputs(const std::vector<std::filesystem::path>& folders,
                          TrainingObserver& observer,
                          const std::stop_token& stop) {
  observer.OnStage("verifying");
  for (const std::filesystem::path& folder : folders) {
    if (stop.stop_requested()) {
      return absl::CancelledError("stopped before it began");
    }
    RETURN_IF_ERROR(VerifyChecksums(folder));
  }
  return absl::OkStatus();
}

absl::Status ParseParameters(const worker::v1::Assignment& assignment,
                             nlohmann::json& parameters) {
  parameters = nlohmann::json::parse(assignment.hyperparameters(), nullptr,
                                     /*allow_exceptions=*/false);
  if (!parameters.is_discarded()) return absl::OkStatus();
  return absl::InvalidArgumentError("the hyper-parameters are no JSON");
}

absl::StatusOr<TrainingRunResult> TrainModel(
    const worker::v1::Assignment& assignment, TrainingObserver& observer,
    const std::stop_token& stop) {
  ASSIGN_OR_RETURN(const TrainingRunOptions options,
                   MakeTrainingRunOptions(assignment));
  RETURN_IF_ERROR(
      VerifyInputs({options.dataset_folder, options.vectors_file.parent_path()},
                   observer, stop));
  return RunTraining(options, observer, stop);
}

absl::StatusOr<TrainingRunResult> TrainVectors(
    const worker::v1::Assignment& assignment, TrainingObserver& observer,
    const std::stop_token& stop) {
  ASSIGN_OR_RETURN(const VectorsRunOptions options,
                   MakeVectorsRunOptions(assignment));
  RETURN_IF_ERROR(VerifyInputs(options.dataset_folders, observer, stop));
  ASSIGN_OR_RETURN(std::filesystem::path folder,
                   RunVectorsTraining(options, observer, stop));
  return TrainingRunResult{
      .model_folder = std::move(folder),
      .best_validation_accuracy = std::numeric_limits<double>::quiet_NaN()};
}

}  // namespace

absl::StatusOr<TrainingRunOptions> MakeTrainingRunOptions(
    const worker::v1::Assignment& assignment) {
  nlohmann::json parameters;
  RETURN_IF_ERROR(ParseParameters(assignment, parameters));
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

absl::StatusOr<VectorsRunOptions> MakeVectorsRunOptions(
    const worker::v1::Assignment& assignment) {
  nlohmann::json parameters;
  RETURN_IF_ERROR(ParseParameters(assignment, parameters));
  VectorsRunOptions options;
  ASSIGN_OR_RETURN(options.settings, SkipGramSettingsFromJson(parameters));
  options.dataset_folders.emplace_back(assignment.dataset_folder());
  for (const std::string& folder : assignment.other_dataset_folders()) {
    options.dataset_folders.emplace_back(folder);
  }
  options.work_folder = assignment.job_folder();
  options.threads = assignment.threads();
  return options;
}

absl::StatusOr<TrainingRunResult> RunAssignment(
    const worker::v1::Assignment& assignment, TrainingObserver& observer,
    const std::stop_token& stop) {
  observer.OnStage("waiting");
  const std::filesystem::path job_folder(assignment.job_folder());
  ASSIGN_OR_RETURN(const std::unique_ptr<FileLock> lock,
                   FileLock::Wait(job_folder / "lock",
                                  absl::StrCat("worker ", getpid()), stop));
  return assignment.trains_vectors() ? TrainVectors(assignment, observer, stop)
                                     : TrainModel(assignment, observer, stop);
}

}  // namespace carousel
