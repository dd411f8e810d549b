#include "worker/event_writer.h"

#include <string>
#include <utility>

#include "core/base/strings.h"
#include "worker/wire.h"

namespace carousel {
namespace {

// Far below any limit of core/jobs/stall_watch.h that makes sense.
constexpr std::chrono::milliseconds kAlivePeriod(250);

}  // namespace

EventWriter::EventWriter(int socket, std::stop_source stop)
    : socket_(socket), stop_(std::move(stop)) {}

void EventWriter::OnStage(std::string_view stage) {
  worker::v1::Event event;
  event.mutable_stage()->set_stage(std::string(stage));
  Write(event);
}

void EventWriter::OnBatch(const BatchProgress& progress) {
  worker::v1::Event event;
  worker::v1::Progress& proto = *event.mutable_progress();
  proto.set_epoch(progress.epoch);
  proto.set_batch(progress.batch);
  proto.set_batches(progress.batches);
  proto.set_mean_loss(progress.mean_loss);
  proto.set_learning_rate(progress.learning_rate);
  proto.set_gradient_norm(progress.gradient_norm);
  proto.set_tokens(progress.tokens);
  proto.set_tokens_per_second(progress.tokens_per_second);
  Write(event);
}

void EventWriter::OnEpoch(const EpochMetrics& metrics) {
  worker::v1::Event event;
  worker::v1::EpochDone& proto = *event.mutable_epoch();
  proto.set_epoch(metrics.epoch);
  proto.set_train_loss(metrics.train_loss);
  proto.set_train_accuracy(metrics.train_accuracy);
  proto.set_validation_loss(metrics.validation_loss);
  proto.set_validation_accuracy(metrics.validation_accuracy);
  proto.set_learning_rate(metrics.learning_rate);
  proto.set_gradient_norm(metrics.gradient_norm);
  proto.set_tokens_per_second(metrics.tokens_per_second);
  proto.set_seconds(metrics.seconds);
  Write(event);
}

void EventWriter::OnAlive() {
  if (std::chrono::steady_clock::now() - last_write_ < kAlivePeriod) return;
  worker::v1::Event event;
  event.mutable_alive();
  Write(event);
}

void EventWriter::WriteDone(const TrainingRunResult& result) {
  worker::v1::Event event;
  worker::v1::Done& proto = *event.mutable_done();
  proto.set_model_folder(result.model_folder.string());
  proto.set_best_epoch(result.best_epoch);
  proto.set_best_validation_accuracy(result.best_validation_accuracy);
  Write(event);
}

void EventWriter::WriteFailed(const absl::Status& status) {
  worker::v1::Event event;
  *event.mutable_failed()->mutable_reason() = ToStdView(status.message());
  Write(event);
}

void EventWriter::WriteStopped() {
  worker::v1::Event event;
  event.mutable_stopped();
  Write(event);
}

void EventWriter::Write(const worker::v1::Event& event) {
  if (!status_.ok()) return;
  status_ = WriteMessage(socket_, event);
  if (!status_.ok()) stop_.request_stop();
  last_write_ = std::chrono::steady_clock::now();
}

}  // namespace carousel
