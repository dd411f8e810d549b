// A training run as an assignment asks for it.
#ifndef CAROUSEL_WORKER_ASSIGNMENT_RUN_H_
#define CAROUSEL_WORKER_ASSIGNMENT_RUN_H_

#include <stop_token>

#include "absl/status/statusor.h"
#include "carousel/worker/v1/worker.pb.h"
#include "core/train/progress.h"
#include "core/train/training_run.h"
#include "core/train/vectors_run.h"

namespace carousel {

// What the assignment says, in core's words. INVALID_ARGUMENT for
// hyper-parameters that cannot be read.
absl::StatusOr<TrainingRunOptions> MakeTrainingRunOptions(
    const worker::v1::Assignment& assignment);
absl::StatusOr<VectorsRunOptions> MakeVectorsRunOptions(
    const worker::v1::Assignment& assignment);

// Waits for the job folder's lock (stage "waiting"), which a predecessor holds
// until it is gone, checks that the datasets and the vectors are what was
// stored (stage "verifying"), and trains a model or word vectors. CANCELLED
// when it was stopped, DATA_LOSS naming a file that has changed; the other
// errors are those of RunTraining and RunVectorsTraining.
absl::StatusOr<TrainingRunResult> RunAssignment(
    const worker::v1::Assignment& assignment, TrainingObserver& observer,
    const std::stop_token& stop);

}  // namespace carousel

#endif  // CAROUSEL_WORKER_ASSIGNMENT_RUN_H_
