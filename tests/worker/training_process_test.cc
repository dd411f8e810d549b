// The real worker process on a dataset that takes it seconds.
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "tests/worker/training_process_fixture.h"
#include "worker/process_worker.h"
#include "worker/spawn.h"
#include "worker/translation.h"
#include "worker/wire.h"

namespace carousel {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// More epochs than any run that is broken off gets through.
constexpr std::int64_t kEndless = 10000;

TEST_F(TrainingProcessTest, TrainsAModelAndTellsAllAboutIt) {
  parameters_.epochs = 3;
  WorkerLog log;
  const auto worker = Launch(launcher_, Assign("job-1"), log);
  const WorkerExited exited = log.AwaitExit();
  EXPECT_TRUE(exited.clean) << exited.description << log.failure();
  std::vector<std::string> lines = log.lines();
  std::erase_if(lines, [](const std::string& line) {
    return line.starts_with("progress");
  });
  const std::string result = folder_ / "job-1/result";
  EXPECT_THAT(
      lines,
      ElementsAre("stage waiting", "stage verifying", "stage loading",
                  "stage encoding", "stage training", "stage validating",
                  "epoch 1", "stage training", "stage validating", "epoch 2",
                  "stage training", "stage validating", "epoch 3",
                  "stage validating", "stage saving", "done " + result));
  ASSERT_TRUE(log.done().has_value());
  const EpochRecord best =
      log.epochs().at(static_cast<std::size_t>(log.done()->best_epoch) - 1);
  EXPECT_EQ(log.done()->best_validation_accuracy, best.validation_accuracy);
  EXPECT_THAT(ReadResult("job-1", "model.safetensors"), Not(IsEmpty()));
  const auto provenance =
      nlohmann::json::parse(ReadResult("job-1", "provenance.json"));
  EXPECT_EQ(provenance["job"], "job-1");
  EXPECT_EQ(provenance["model"], "tiny");
  EXPECT_EQ(provenance["dataset_sha256"], "d1");
  ASSERT_EQ(provenance["compute"].size(), 1);
  EXPECT_EQ(provenance["compute"][0]["threads"], 1);
}

TEST_F(TrainingProcessTest, AStopRequestIsACleanEndWithoutAVerdict) {
  parameters_.epochs = kEndless;
  const WorkerAssignment assignment = Assign("job-1");
  std::int64_t told = 0;
  for (int round = 0; round < 2; ++round) {
    WorkerLog log;
    const auto worker = Launch(launcher_, assignment, log);
    // In the second round one more than the checkpoint can hold.
    ASSERT_TRUE(log.AwaitEpoch(told + 1)) << log.failure();
    EXPECT_EQ(log.epochs().front().epoch, 1);
    worker->RequestStop();
    const WorkerExited exited = log.AwaitExit();
    EXPECT_TRUE(exited.clean) << exited.description;
    EXPECT_FALSE(log.done().has_value());
    EXPECT_EQ(log.failure(), "");
    told = log.epochs().back().epoch;
  }
}

TEST_F(TrainingProcessTest, AFailedRunSaysWhy) {
  WorkerAssignment no_vectors = Assign("job-1");
  no_vectors.vectors_file = folder_ / "absent/vectors";
  WorkerAssignment no_parameters = Assign("job-2");
  no_parameters.job.hyperparameters = "{";
  const struct {
    WorkerAssignment assignment;
    std::string reason;
  } cases[] = {{no_vectors, "absent"}, {no_parameters, "no JSON"}};
  for (const auto& test_case : cases) {
    WorkerLog log;
    const auto worker = Launch(launcher_, test_case.assignment, log);
    EXPECT_TRUE(log.AwaitExit().clean);
    EXPECT_THAT(log.failure(), HasSubstr(test_case.reason));
  }
}

TEST_F(TrainingProcessTest, AChangedByteOfWhatItReadsFailsTheRunAtOnce) {
  const struct {
    std::string file, from, to;
  } cases[] = {{"dataset/rows.csv", "good", "goad"},
               {"vectors/vectors", "film 1", "film 7"}};
  for (const auto& test_case : cases) {
    Damage(test_case.file, test_case.from, test_case.to);
    WorkerLog log;
    const auto worker = Launch(launcher_, Assign("job-1"), log);
    EXPECT_TRUE(log.AwaitExit().clean);
    EXPECT_THAT(log.failure(), HasSubstr((folder_ / test_case.file).string() +
                                         " has changed"));
    EXPECT_THAT(log.lines(), Not(Contains("stage loading")));
    Damage(test_case.file, test_case.to, test_case.from);
  }
}

TEST_F(TrainingProcessTest, AStopEndsTheWaitForItsPredecessor) {
  const WorkerAssignment assignment = Assign("job-1");
  ASSERT_OK_AND_ASSIGN(
      const auto lock,
      FileLock::Acquire(folder_ / "job-1/lock", "predecessor"));
  WorkerLog log;
  const auto worker = Launch(launcher_, assignment, log);
  ASSERT_TRUE(log.AwaitStage("waiting"));
  worker->RequestStop();
  EXPECT_TRUE(log.AwaitExit().clean);
  EXPECT_EQ(log.failure(), "");
  EXPECT_THAT(log.lines(), ElementsAre("stage waiting"));
}

TEST_F(TrainingProcessTest, WaitsForItsPredecessorsLock) {
  parameters_.epochs = 1;
  const WorkerAssignment assignment = Assign("job-1");
  ASSERT_OK(RemoveAll(folder_ / "vectors"));
  WorkerLog log;
  std::unique_ptr<Worker> worker;
  {
    ASSERT_OK_AND_ASSIGN(
        const auto lock,
        FileLock::Acquire(folder_ / "job-1/lock", "predecessor"));
    worker = Launch(launcher_, assignment, log);
    ASSERT_TRUE(log.AwaitStage("waiting"));
    WriteVectors();  // had it gone on, it would have missed them
  }
  EXPECT_TRUE(log.AwaitExit().clean);
  EXPECT_EQ(log.failure(), "");
  EXPECT_TRUE(log.done().has_value());
}

// A worker without a launcher around it.
class BareWorker {
 public:
  explicit BareWorker(const WorkerAssignment& assignment) {
    auto process =
        SpawnWorker(CAROUSEL_WORKER, assignment.job_folder / "worker.log");
    if (!process.ok()) throw std::runtime_error(process.status().ToString());
    process_ = *std::move(process);
    worker::v1::Assignment message = ToProto(assignment);
    message.set_engine("reference");
    message.set_device("cpu");
    message.set_threads(1);
    EXPECT_OK(WriteMessage(process_.socket.get(), message));
  }

  void AwaitFirstEpoch() {
    worker::v1::Event event;
    while (!event.has_epoch()) {
      ASSERT_THAT(ReadMessage(process_.socket.get(), event),
                  IsOkAndHolds(true));
    }
  }
  worker::v1::Event AwaitLastEvent() {
    worker::v1::Event event, last;
    while (ReadMessage(process_.socket.get(), event).value_or(false)) {
      last = event;
    }
    return last;
  }
  void CloseSocket() { process_.socket = UniqueFd(); }
  void Signal(int signal) { kill(process_.pid, signal); }
  int Niceness() const {
    return getpriority(PRIO_PROCESS, static_cast<id_t>(process_.pid));
  }
  std::string AwaitExit() {
    int status = 0;
    EXPECT_EQ(waitpid(process_.pid, &status, 0), process_.pid);
    return DescribeExit(status);
  }

 private:
  SpawnedWorker process_;
};

TEST_F(TrainingProcessTest, EndsByItselfWhenTheServerDies) {
  parameters_.epochs = kEndless;
  BareWorker worker(Assign("job-1"));
  worker.AwaitFirstEpoch();
  worker.CloseSocket();
  EXPECT_EQ(worker.AwaitExit(), "exited with status 1");
  // The job goes on from the epoch that was told at least.
  WorkerLog log;
  const auto successor = Launch(launcher_, Assign("job-1"), log);
  ASSERT_TRUE(log.AwaitEpoch(2));
  successor->RequestStop();
  EXPECT_TRUE(log.AwaitExit().clean);
}

TEST_F(TrainingProcessTest, LetsTheServerGoFirst) {
  constexpr int kLeast = 19;
  parameters_.epochs = kEndless;
  BareWorker worker(Assign("job-1"));
  worker.AwaitFirstEpoch();
  EXPECT_EQ(worker.Niceness(),
            std::min(kLeast, getpriority(PRIO_PROCESS, 0) + 5));
  worker.CloseSocket();
  EXPECT_EQ(worker.AwaitExit(), "exited with status 1");
}

TEST_F(TrainingProcessTest, SigtermAndSigintStopItCleanly) {
  parameters_.epochs = kEndless;
  for (const int signal : {SIGTERM, SIGINT}) {
    BareWorker worker(Assign(absl::StrCat("job-", signal)));
    worker.AwaitFirstEpoch();
    worker.Signal(signal);
    EXPECT_TRUE(worker.AwaitLastEvent().has_stopped());
    EXPECT_EQ(worker.AwaitExit(), "exited with status 0");
  }
}

TEST_F(TrainingProcessTest, ExplainsItselfToWhomStartsItByHand) {
  const std::string output = folder_ / "output";
  const std::string command =
      absl::StrCat(CAROUSEL_WORKER, " 3<&- 2> ", output);
  EXPECT_EQ(DescribeExit(system(command.c_str())), "exited with status 2");
  EXPECT_THAT(ReadFile(output), IsOkAndHolds(HasSubstr("carouseld starts")));
}

}  // namespace
}  // namespace carousel
