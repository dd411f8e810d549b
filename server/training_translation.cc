#include "server/training_translation.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/text/skip_gram_settings.h"
#include "core/train/hyperparameters.h"
#include "server/common_translation.h"
#include "server/field_checks.h"

namespace carousel {
namespace {

constexpr char kDefaultPreset[] = "classic";
constexpr std::int64_t kDefaultPageSize = 100;
constexpr std::int64_t kMaxPageSize = 1000;
constexpr std::size_t kMaxRequestIdBytes = 128;
constexpr int kMaxDatasets = 100;

// The preset with what the request says over it; what is wrong with that is
// added to `violations`.
HyperParameters CheckParameters(const v1::TrainRequest& request, Engine engine,
                                FieldViolations& violations) {
  const auto preset =
      Preset(request.preset().empty() ? kDefaultPreset : request.preset());
  AddViolations("preset", preset.status(), violations);
  HyperParameters parameters = preset.ok() ? *preset : HyperParameters();
  if (request.has_epochs()) parameters.epochs = request.epochs();
  if (request.has_seed()) parameters.seed = request.seed();
  if (request.has_max_examples()) {
    parameters.max_examples = request.max_examples();
  }
  // Apart from the settings: one wrong setting must not hide a wrong number of
  // epochs.
  const absl::Status own = Validate(parameters);
  AddViolations("epochs", own, violations);
  const auto settings =
      ApplySettings(own.ok() ? parameters : HyperParameters(),
                    {request.settings().begin(), request.settings().end()});
  AddViolations("settings", settings.status(), violations);
  if (!settings.ok()) return parameters;
  AddViolations("settings", CheckPrecision(settings->precision, engine),
                violations);
  return *settings;
}

void CheckRequestId(const std::string& request_id,
                    FieldViolations& violations) {
  if (request_id.size() <= kMaxRequestIdBytes) return;
  violations.Add(
      "request_id",
      absl::StrCat("request_id has ", request_id.size(),
                   " bytes; it must have at most ", kMaxRequestIdBytes));
}

void CheckDatasets(const v1::TrainVectorsRequest& request,
                   FieldViolations& violations) {
  if (request.datasets().empty() || request.datasets_size() > kMaxDatasets) {
    violations.Add("datasets",
                   absl::StrCat("datasets has ", request.datasets_size(),
                                " names; it must have 1 to ", kMaxDatasets));
    return;
  }
  std::set<std::string> seen;
  for (const std::string& dataset : request.datasets()) {
    CheckName("datasets", dataset, violations);
    if (seen.insert(dataset).second) continue;
    violations.Add("datasets",
                   absl::StrCat("datasets has ", Quote(dataset), " twice"));
  }
}

// As CheckParameters.
SkipGramSettings CheckSettings(const v1::TrainVectorsRequest& request,
                               FieldViolations& violations) {
  SkipGramSettings settings;
  if (request.has_epochs()) settings.epochs = request.epochs();
  if (request.has_seed()) settings.seed = request.seed();
  const absl::Status own = Validate(settings);
  AddViolations("epochs", own, violations);
  const auto applied = ApplySkipGramSettings(
      own.ok() ? settings : SkipGramSettings(),
      {request.settings().begin(), request.settings().end()});
  AddViolations("settings", applied.status(), violations);
  return applied.ok() ? *applied : settings;
}

v1::TrainingJob::State ToProto(JobState state) {
  switch (state) {
    case JobState::kQueued:
      return v1::TrainingJob::STATE_QUEUED;
    case JobState::kRunning:
      return v1::TrainingJob::STATE_RUNNING;
    case JobState::kSucceeded:
      return v1::TrainingJob::STATE_SUCCEEDED;
    case JobState::kFailed:
      return v1::TrainingJob::STATE_FAILED;
    case JobState::kCancelled:
      return v1::TrainingJob::STATE_CANCELLED;
  }
  return v1::TrainingJob::STATE_UNSPECIFIED;
}

absl::StatusOr<std::optional<JobState>> FromProto(
    v1::TrainingJob::State state) {
  if (state == v1::TrainingJob::STATE_UNSPECIFIED) return std::nullopt;
  for (int i = 0; i < kJobStates; ++i) {
    if (ToProto(static_cast<JobState>(i)) == state) {
      return static_cast<JobState>(i);
    }
  }
  FieldViolations violations;
  violations.Add("state", absl::StrCat("state is ", static_cast<int>(state),
                                       ", which is no state of a job"));
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<JobRecord> FromProto(const v1::TrainRequest& request,
                                    Engine engine) {
  FieldViolations violations;
  CheckName("dataset", request.dataset(), violations);
  CheckName("vectors", request.vectors(), violations);
  CheckName("model", request.model(), violations);
  CheckRequestId(request.request_id(), violations);
  const HyperParameters parameters =
      CheckParameters(request, engine, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  JobRecord job;
  job.model = request.model();
  job.dataset = request.dataset();
  job.vectors = request.vectors();
  job.hyperparameters = ToJson(parameters).dump();
  job.epochs = parameters.epochs;
  job.request_id = request.request_id();
  job.promote_if_better = request.promote_if_better();
  return job;
}

absl::StatusOr<JobRecord> FromProto(const v1::TrainVectorsRequest& request) {
  FieldViolations violations;
  CheckName("name", request.name(), violations);
  CheckDatasets(request, violations);
  CheckRequestId(request.request_id(), violations);
  const SkipGramSettings settings = CheckSettings(request, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  JobRecord job;
  job.kind = JobKind::kVectors;
  job.vectors = request.name();
  job.dataset = request.datasets(0);
  job.other_datasets.assign(request.datasets().begin() + 1,
                            request.datasets().end());
  std::ranges::sort(job.other_datasets);
  job.hyperparameters = ToJson(settings).dump();
  job.epochs = settings.epochs;
  job.request_id = request.request_id();
  return job;
}

absl::StatusOr<JobListRequest> FromProto(
    const v1::ListTrainingJobsRequest& request) {
  JobListRequest list;
  ASSIGN_OR_RETURN(list.state, FromProto(request.state()));
  ASSIGN_OR_RETURN(list.page,
                   ParsePage(request.page_size(), request.page_token()));
  return list;
}

absl::Status Check(const v1::WatchTrainingJobRequest& request) {
  FieldViolations violations;
  if (request.after_epoch() < 0) {
    violations.Add("after_epoch",
                   absl::StrCat("after_epoch is ", request.after_epoch(),
                                "; it must not be negative"));
  }
  return violations.ToStatus();
}

absl::StatusOr<EpochListRequest> FromProto(
    const v1::ListEpochsRequest& request) {
  ASSIGN_OR_RETURN(const PageRequest page,
                   ParsePage(request.page_size(), request.page_token()));
  EpochListRequest list;
  list.job = request.job();
  list.page_size = page.page_size == 0 ? kDefaultPageSize
                                       : std::min(page.page_size, kMaxPageSize);
  if (!page.page_token.empty() &&
      (!absl::SimpleAtoi(page.page_token, &list.after) || list.after < 0)) {
    FieldViolations violations;
    violations.Add("page_token",
                   absl::StrCat("page_token is ", Quote(page.page_token),
                                ", which no page of epochs has given"));
    return violations.ToStatus();
  }
  return list;
}

v1::ListEpochsResponse ToProto(const std::vector<EpochRecord>& epochs,
                               const EpochListRequest& request) {
  v1::ListEpochsResponse response;
  for (const EpochRecord& epoch : epochs) {
    if (epoch.epoch <= request.after) continue;
    if (response.epochs_size() == request.page_size) {
      response.set_next_page_token(
          absl::StrCat(response.epochs(response.epochs_size() - 1).epoch()));
      break;
    }
    *response.add_epochs() = ToProto(epoch);
  }
  return response;
}

v1::TrainingJob ToProto(const JobRecord& record, const JobOutlook& outlook) {
  v1::TrainingJob job;
  job.set_job(record.job);
  job.set_model(record.model);
  if (record.version > 0) job.set_version(record.version);
  job.set_state(ToProto(record.state));
  job.set_epoch(record.epoch);
  job.set_epochs(record.epochs);
  if (record.best_epoch > 0) job.set_best_epoch(record.best_epoch);
  if (record.best_validation_accuracy) {
    job.set_best_validation_accuracy(*record.best_validation_accuracy);
  }
  job.set_error(EscapeUnlessUtf8(record.error));
  *job.mutable_created_at() = ToProto(record.created_at);
  if (record.started_at) {
    *job.mutable_started_at() = ToProto(*record.started_at);
  }
  if (record.ended_at) *job.mutable_ended_at() = ToProto(*record.ended_at);
  if (record.tokens_per_second) {
    job.set_tokens_per_second(*record.tokens_per_second);
  }
  job.set_dataset(record.dataset);
  for (const std::string& other : record.other_datasets) {
    absl::StrAppend(job.mutable_dataset(), ",", other);
  }
  job.set_vectors(record.vectors);
  job.set_hyperparameters(record.hyperparameters);
  job.set_promote_if_better(record.promote_if_better);
  job.set_cancel_requested(record.cancel_requested);
  if (outlook.remaining_seconds) {
    job.set_remaining_seconds(*outlook.remaining_seconds);
  }
  if (outlook.queue_position) job.set_queue_position(*outlook.queue_position);
  job.set_kind(record.kind == JobKind::kVectors ? v1::TrainingJob::KIND_VECTORS
                                                : v1::TrainingJob::KIND_MODEL);
  return job;
}

v1::Epoch ToProto(const EpochRecord& record) {
  v1::Epoch epoch;
  epoch.set_epoch(record.epoch);
  epoch.set_train_loss(record.train_loss);
  epoch.set_train_accuracy(record.train_accuracy);
  epoch.set_validation_loss(record.validation_loss);
  epoch.set_validation_accuracy(record.validation_accuracy);
  epoch.set_learning_rate(record.learning_rate);
  epoch.set_gradient_norm(record.gradient_norm);
  epoch.set_tokens_per_second(record.tokens_per_second);
  epoch.set_seconds(record.seconds);
  return epoch;
}

v1::TrainingProgress ToProto(const JobProgress& progress) {
  v1::TrainingProgress proto;
  proto.set_epoch(progress.worker.epoch);
  proto.set_batch(progress.worker.batch);
  proto.set_batches(progress.worker.batches);
  proto.set_mean_loss(progress.worker.mean_loss);
  proto.set_tokens_per_second(progress.worker.tokens_per_second);
  if (progress.remaining_seconds) {
    proto.set_remaining_seconds(*progress.remaining_seconds);
  }
  return proto;
}

}  // namespace carousel
