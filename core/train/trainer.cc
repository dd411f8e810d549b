#include "core/train/trainer.h"

#include <ATen/Context.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/base/validation_score.h"
#include "core/data/batcher.h"
#include "core/nn/model_folder.h"
#include "core/nn/sentiment_lstm.h"
#include "core/nn/torch_status.h"
#include "core/train/checkpoint.h"
#include "core/train/epoch_meter.h"
#include "core/train/epoch_plan.h"
#include "core/train/evaluator.h"
#include "core/train/learner.h"
#include "core/train/random_streams.h"
#include "core/train/schedule.h"

namespace carousel {
namespace {

ValidationScore ScoreOf(const EpochMetrics& metrics) {
  return {metrics.validation_accuracy, metrics.validation_loss};
}

// "learning_rate (0.01 there, 0.001 here)", and so on.
std::string Differences(const HyperParameters& there,
                        const HyperParameters& here) {
  const nlohmann::json theirs = ToJson(there);
  const nlohmann::json ours = ToJson(here);
  std::string text;
  for (const auto& [key, value] : ours.items()) {
    if (value == theirs[key]) continue;
    absl::StrAppend(&text, text.empty() ? "" : ", ", key, " (",
                    theirs[key].dump(), " there, ", value.dump(), " here)");
  }
  return text;
}

// `batch` counts from 0.
std::string PlaceOf(std::int64_t epoch, std::int64_t batch) {
  return absl::StrCat("epoch ", epoch, ", batch ", batch + 1);
}

// That the steps from batch `first` on are finite; else the first that is not.
absl::Status CheckSteps(const std::vector<StepResult>& steps,
                        std::int64_t epoch, std::int64_t first) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    RETURN_IF_ERROR(
        WithContext(CheckFinite(steps[i]),
                    PlaceOf(epoch, first + static_cast<std::int64_t>(i))));
  }
  return absl::OkStatus();
}

class TorchTrainer final : public Trainer {
 public:
  TorchTrainer(TrainerOptions options, std::vector<float> embedding,
               LabelledTexts train, LabelledTexts validation)
      : options_(std::move(options)),
        parameters_(options_.parameters),
        embedding_(std::move(embedding)),
        train_(std::move(train)),
        validation_(std::move(validation)),
        lengths_(Lengths(train_.texts)) {}

  absl::StatusOr<TrainingResult> Run(TrainingObserver& observer,
                                     std::stop_token stop) override {
    try {
      return RunEpochs(observer, stop);
    } catch (...) {
      return TorchExceptionToStatus();
    }
  }

 private:
  absl::StatusOr<TrainingResult> RunEpochs(TrainingObserver& observer,
                                           const std::stop_token& stop);
  // A fresh model, or the checkpoint's when there is one.
  absl::Status Begin();
  absl::Status CheckBelongs(const Checkpoint& checkpoint) const;
  std::int64_t epochs_done() const {
    return static_cast<std::int64_t>(state_.epochs.size());
  }
  bool StopsEarly() const;
  absl::StatusOr<EpochMetrics> RunEpoch(TrainingObserver& observer,
                                        const std::stop_token& stop);
  PreparedBatch PrepareBatch(const EpochPlan& plan, std::int64_t batch) const;
  absl::Status TrainEpoch(std::int64_t epoch, const EpochPlan& plan,
                          const std::stop_token& stop, EpochMeter& meter);
  absl::StatusOr<ClassificationReport> ValidateModel(
      TrainingObserver& observer, const std::stop_token& stop) const;
  // Makes the epoch that just ended part of the state, on the disk too.
  absl::Status Keep(const EpochMetrics& metrics);
  std::string InputsDigest() const;

  const TrainerOptions options_;
  const HyperParameters& parameters_;
  std::vector<float> embedding_;  // empty once the model has it
  const LabelledTexts train_;
  const LabelledTexts validation_;
  const std::vector<std::int64_t> lengths_;
  std::optional<Learner> learner_;
  // All that a run has become; what is not in here follows from the seed.
  Checkpoint state_;
};

absl::StatusOr<TrainingResult> TorchTrainer::RunEpochs(
    TrainingObserver& observer, const std::stop_token& stop) {
  RETURN_IF_ERROR(Begin());
  for (const EpochMetrics& past : state_.epochs) observer.OnEpoch(past);
  for (bool is_first = true;
       epochs_done() < parameters_.epochs && !StopsEarly(); is_first = false) {
    // Whoever called has told the first.
    if (!is_first) observer.OnStage("training");
    ASSIGN_OR_RETURN(const EpochMetrics metrics, RunEpoch(observer, stop));
    RETURN_IF_ERROR(Keep(metrics));
    observer.OnEpoch(metrics);
  }
  observer.OnStage("validating");
  RETURN_IF_ERROR(RestoreWeights(state_.best_weights, *learner_->model()));
  ASSIGN_OR_RETURN(ClassificationReport validation,
                   ValidateModel(observer, stop));
  return TrainingResult{
      .epochs = state_.epochs,
      .compute = state_.compute,
      .best_epoch = state_.best_epoch,
      .best_validation_accuracy =
          state_.epochs[state_.best_epoch - 1].validation_accuracy,
      .model = learner_->model(),
      .validation = std::move(validation),
      .stopped_early = epochs_done() < parameters_.epochs};
}

absl::Status TorchTrainer::Begin() {
  at::manual_seed(StreamSeed(parameters_.seed, RandomStream::kWeights));
  state_ = {.parameters = parameters_, .inputs_sha256 = InputsDigest()};
  learner_.emplace(parameters_, options_.config, std::exchange(embedding_, {}),
                   options_.engine, options_.device);
  ASSIGN_OR_RETURN(std::optional<Checkpoint> checkpoint,
                   ReadCheckpoint(options_.checkpoint_folder));
  if (!checkpoint.has_value()) return absl::OkStatus();
  absl::Status status = CheckBelongs(*checkpoint);
  if (status.ok()) status = learner_->Restore(*checkpoint);
  if (!status.ok()) {
    return WithContext(status,
                       (options_.checkpoint_folder / kCheckpointFile).string());
  }
  state_ = *std::move(checkpoint);
  return absl::OkStatus();
}

absl::Status TorchTrainer::CheckBelongs(const Checkpoint& checkpoint) const {
  if (checkpoint.parameters != parameters_) {
    return absl::FailedPreconditionError(
        absl::StrCat("the checkpoint is of a run with other hyper-parameters: ",
                     Differences(checkpoint.parameters, parameters_)));
  }
  if (checkpoint.inputs_sha256 != state_.inputs_sha256) {
    return absl::FailedPreconditionError(
        "the checkpoint is of a run on other texts or vectors");
  }
  return absl::OkStatus();
}

bool TorchTrainer::StopsEarly() const {
  const std::int64_t patience = parameters_.early_stopping_epochs;
  return patience > 0 && epochs_done() - state_.best_epoch >= patience;
}

absl::StatusOr<EpochMetrics> TorchTrainer::RunEpoch(
    TrainingObserver& observer, const std::stop_token& stop) {
  const std::int64_t epoch = epochs_done() + 1;
  at::manual_seed(StreamSeed(parameters_.seed, RandomStream::kDropout,
                             static_cast<std::uint64_t>(epoch)));
  const EpochPlan plan = PlanEpoch(parameters_, lengths_, epoch);
  EpochMeter meter(epoch, static_cast<std::int64_t>(plan.batches.size()),
                   *options_.clock, observer);
  RETURN_IF_ERROR(TrainEpoch(epoch, plan, stop, meter));
  observer.OnStage("validating");
  const absl::StatusOr<ClassificationReport> validation =
      ValidateModel(observer, stop);
  if (!validation.ok()) {
    return WithContext(validation.status(),
                       absl::StrCat("epoch ", epoch, ", validation"));
  }
  return meter.Finish(*validation->loss, *validation->accuracy);
}

PreparedBatch TorchTrainer::PrepareBatch(const EpochPlan& plan,
                                         std::int64_t batch) const {
  return learner_->Prepare(MakeBatch(train_.texts, train_.labels,
                                     plan.batches[batch], plan.fixed_time));
}

absl::Status TorchTrainer::TrainEpoch(std::int64_t epoch, const EpochPlan& plan,
                                      const std::stop_token& stop,
                                      EpochMeter& meter) {
  const auto batches = static_cast<std::int64_t>(plan.batches.size());
  PreparedBatch next = PrepareBatch(plan, 0);
  for (std::int64_t batch = 0; batch < batches; ++batch) {
    if (stop.stop_requested()) {
      return absl::CancelledError(
          absl::StrCat(PlaceOf(epoch, batch), ": the run was stopped"));
    }
    const double rate_factor = LearningRateFactor(
        parameters_.schedule, parameters_.warmup_fraction,
        (epoch - 1) * batches + batch, parameters_.epochs * batches);
    learner_->Step(next, rate_factor);
    // While the device works.
    if (batch + 1 < batches) next = PrepareBatch(plan, batch + 1);
    if (!meter.EndStep()) continue;
    const std::vector<StepResult> steps = learner_->ReadSteps();
    RETURN_IF_ERROR(CheckSteps(
        steps, epoch, batch + 1 - static_cast<std::int64_t>(steps.size())));
    meter.AddSteps(steps);
  }
  return absl::OkStatus();
}

absl::StatusOr<ClassificationReport> TorchTrainer::ValidateModel(
    TrainingObserver& observer, const std::stop_token& stop) const {
  return EvaluateModel(*learner_->model(), validation_.texts,
                       validation_.labels,
                       static_cast<std::size_t>(parameters_.batch_size), stop,
                       [&observer] { observer.OnAlive(); });
}

absl::Status TorchTrainer::Keep(const EpochMetrics& metrics) {
  state_.epochs.push_back(metrics);
  ExtendCompute({.from_epoch = metrics.epoch,
                 .engine = std::string(ToString(options_.engine)),
                 .device = options_.device,
                 .threads = TorchThreads()},
                state_.compute);
  learner_->Save(state_);
  if (state_.best_epoch == 0 ||
      IsBetter(ScoreOf(metrics),
               ScoreOf(state_.epochs[state_.best_epoch - 1]))) {
    state_.best_epoch = metrics.epoch;
    state_.best_weights = state_.weights;
  }
  return WriteCheckpoint(state_, options_.checkpoint_folder);
}

std::string TorchTrainer::InputsDigest() const {
  Sha256 hash;
  HashVector(embedding_, hash);
  HashLabelledTexts(train_, hash);
  HashLabelledTexts(validation_, hash);
  return ToHex(hash.Finish());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Trainer>> Trainer::Create(
    TrainerOptions options, std::vector<float> embedding, LabelledTexts train,
    LabelledTexts validation) {
  RETURN_IF_ERROR(Validate(options.parameters));
  RETURN_IF_ERROR(CheckPrecision(options.parameters.precision, options.engine));
  RETURN_IF_ERROR(CheckLabelledTexts("training", train));
  RETURN_IF_ERROR(CheckLabelledTexts("validation", validation));
  const std::int64_t expected =
      options.config.vocabulary_size * options.config.embedding_size;
  if (static_cast<std::int64_t>(embedding.size()) != expected) {
    return absl::InvalidArgumentError(
        absl::StrCat("the embedding has ", embedding.size(),
                     " values; it must have ", expected));
  }
  return std::make_unique<TorchTrainer>(std::move(options),
                                        std::move(embedding), std::move(train),
                                        std::move(validation));
}

}  // namespace carousel
