#include "worker/translation.h"

namespace carousel {
namespace {

WorkerProgress FromProto(const worker::v1::Progress& progress) {
  return {.epoch = progress.epoch(),
          .batch = progress.batch(),
          .batches = progress.batches(),
          .mean_loss = progress.mean_loss(),
          .learning_rate = progress.learning_rate(),
          .gradient_norm = progress.gradient_norm(),
          .tokens = progress.tokens(),
          .tokens_per_second = progress.tokens_per_second()};
}

EpochRecord FromProto(const worker::v1::EpochDone& epoch) {
  return {.epoch = epoch.epoch(),
          .train_loss = epoch.train_loss(),
          .train_accuracy = epoch.train_accuracy(),
          .validation_loss = epoch.validation_loss(),
          .validation_accuracy = epoch.validation_accuracy(),
          .learning_rate = epoch.learning_rate(),
          .gradient_norm = epoch.gradient_norm(),
          .tokens_per_second = epoch.tokens_per_second(),
          .seconds = epoch.seconds()};
}

WorkerDone FromProto(const worker::v1::Done& done) {
  return {.model_folder = done.model_folder(),
          .best_epoch = done.best_epoch(),
          .best_validation_accuracy = done.best_validation_accuracy()};
}

}  // namespace

worker::v1::Assignment ToProto(const WorkerAssignment& assignment) {
  worker::v1::Assignment proto;
  proto.set_job(assignment.job.job);
  proto.set_slot(assignment.slot);
  proto.set_model(assignment.job.model);
  proto.set_dataset(assignment.job.dataset);
  proto.set_vectors(assignment.job.vectors);
  proto.set_dataset_folder(assignment.dataset_folder.string());
  proto.set_vectors_file(assignment.vectors_file.string());
  proto.set_job_folder(assignment.job_folder.string());
  proto.set_dataset_sha256(assignment.dataset_sha256);
  proto.set_vectors_sha256(assignment.vectors_sha256);
  proto.set_trains_vectors(assignment.job.kind == JobKind::kVectors);
  for (const std::filesystem::path& folder : assignment.other_dataset_folders) {
    proto.add_other_dataset_folders(folder.string());
  }
  proto.set_hyperparameters(assignment.job.hyperparameters);
  proto.set_request_id(assignment.job.origin.request_id);
  proto.set_traceparent(assignment.job.origin.traceparent);
  return proto;
}

std::optional<WorkerEvent> FromProto(const worker::v1::Event& event) {
  using worker::v1::Event;
  switch (event.event_case()) {
    case Event::kStage:
      return WorkerStage{event.stage().stage()};
    case Event::kProgress:
      return FromProto(event.progress());
    case Event::kEpoch:
      return WorkerEpoch{FromProto(event.epoch())};
    case Event::kDone:
      return FromProto(event.done());
    case Event::kFailed:
      return WorkerFailed{event.failed().reason()};
    case Event::kAlive:
      return WorkerAlive{};
    case Event::kStopped:
    case Event::EVENT_NOT_SET:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace carousel
