// Tells the server how a training run goes on.
#ifndef CAROUSEL_WORKER_EVENT_WRITER_H_
#define CAROUSEL_WORKER_EVENT_WRITER_H_

#include <chrono>
#include <stop_token>
#include <string_view>

#include "absl/status/status.h"
#include "carousel/worker/v1/worker.pb.h"
#include "core/train/progress.h"
#include "core/train/training_run.h"

namespace carousel {

// Not thread-safe. A write that fails means that the server is gone: it
// requests the stop, and nothing more is written.
class EventWriter final : public TrainingObserver {
 public:
  EventWriter(int socket, std::stop_source stop);

  void OnStage(std::string_view stage) override;
  void OnBatch(const BatchProgress& progress) override;
  void OnEpoch(const EpochMetrics& metrics) override;
  // Written when nothing else was for a while.
  void OnAlive() override;

  // The last event, one of them.
  void WriteDone(const TrainingRunResult& result);
  void WriteFailed(const absl::Status& status);
  void WriteStopped();

  // OK while everything was told.
  const absl::Status& status() const { return status_; }

 private:
  void Write(const worker::v1::Event& event);

  const int socket_;
  std::stop_source stop_;
  absl::Status status_;
  std::chrono::steady_clock::time_point last_write_;
};

}  // namespace carousel

#endif  // CAROUSEL_WORKER_EVENT_WRITER_H_
