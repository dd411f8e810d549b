#include "worker/process_launcher.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/worker/worker_log.h"
#include "worker/process_worker.h"
#include "worker/spawn.h"
#include "worker/translation.h"
#include "worker/wire.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ProcessLauncherTest : public ::testing::Test {
 protected:
  WorkerAssignment Script(const std::string& script) {
    WorkerAssignment assignment;
    assignment.job.job = "job-1";
    assignment.job.hyperparameters = script;
    assignment.job_folder = folder_.path();
    return assignment;
  }
  std::unique_ptr<Worker> Launch(const std::string& script, WorkerLog& log) {
    auto worker = launcher_.Launch(Script(script), log.sink());
    if (!worker.ok()) throw std::runtime_error(worker.status().ToString());
    return *std::move(worker);
  }
  // Launches and waits for the end.
  WorkerExited Run(const std::string& script, WorkerLog& log) {
    const auto worker = Launch(script, log);
    return log.AwaitExit();
  }

  TempDir folder_;
  ProcessLauncher launcher_{{.worker_binary = SCRIPTED_WORKER,
                             .engine = "libtorch",
                             .device = "cpu",
                             .threads = 2}};
};

TEST_F(ProcessLauncherTest, PassesOnWhatTheWorkerTellsInOrder) {
  WorkerLog log;
  const WorkerExited exited = Run(
      "stage loading\nprogress 7\nepoch 1\nepoch 2\ndone /jobs/1/result", log);
  EXPECT_TRUE(exited.clean) << exited.description;
  EXPECT_THAT(log.lines(), ElementsAre("stage loading", "progress 7", "epoch 1",
                                       "epoch 2", "done /jobs/1/result"));
}

TEST_F(ProcessLauncherTest, TellsTheWorkerItsAssignment) {
  WorkerAssignment assignment = Script("echo");
  assignment.slot = 3;
  assignment.job.model = "imdb";
  assignment.job.dataset = "reviews";
  assignment.job.vectors = "glove";
  assignment.dataset_folder = "/data/datasets/reviews";
  assignment.vectors_file = "/data/vectors/glove/vectors";
  assignment.dataset_sha256 = "d1";
  assignment.vectors_sha256 = "e2";
  WorkerLog log;
  ASSERT_OK_AND_ASSIGN(const auto worker,
                       launcher_.Launch(assignment, log.sink()));
  EXPECT_TRUE(log.AwaitExit().clean);
  EXPECT_EQ(log.failure(),
            "job: \"job-1\" slot: 3 model: \"imdb\" dataset: \"reviews\" "
            "vectors: \"glove\" dataset_folder: \"/data/datasets/reviews\" "
            "vectors_file: \"/data/vectors/glove/vectors\" job_folder: \"" +
                folder_.path().string() +
                "\" dataset_sha256: \"d1\" vectors_sha256: \"e2\" "
                "hyperparameters: \"echo\" engine: \"libtorch\" device: "
                "\"cpu\" threads: 2");
}

TEST_F(ProcessLauncherTest, SaysHowAWorkerDied) {
  const struct {
    std::string script;
    std::string description;
  } cases[] = {
      {"exit 3", "exited with status 3 without saying how"},
      {"", "exited with status 0 without saying how"},
      {"epoch 1\nsignal 9",
       "killed by signal 9 (SIGKILL) without saying how "
       "the training ended; the kernel does that when "
       "memory runs out"},
      {"signal 6", "killed by signal 6 (SIGABRT)"},
      {"done result\nexit 4", "exited with status 4"},
      {"bytes \x05"
       "ab",
       "ends after 2 of the 5 bytes"},
      {"bytes \x02\x12\x7f\nhang", "no carousel.worker.v1.Event"},
      {"bytes \x02\x12\x7f\nhang", "killed by signal 9"},
      {"nothing\nhang", "an event without content"},
  };
  for (const auto& test_case : cases) {
    WorkerLog log;
    const WorkerExited exited = Run(test_case.script, log);
    EXPECT_FALSE(exited.clean) << test_case.script;
    EXPECT_THAT(exited.description, HasSubstr(test_case.description));
  }
}

TEST_F(ProcessLauncherTest, AStopRequestReachesTheWorkerAndIsACleanEnd) {
  WorkerLog log;
  const auto worker = Launch("epoch 1\nawait\nepoch 2\nstopped", log);
  ASSERT_TRUE(log.AwaitEpoch(1));
  worker->RequestStop();
  EXPECT_TRUE(log.AwaitExit().clean);
  EXPECT_THAT(log.lines(), ElementsAre("epoch 1", "epoch 2"));
}

TEST_F(ProcessLauncherTest, KillEndsWhatHangs) {
  WorkerLog log;
  const auto worker = Launch("epoch 1\nhang", log);
  ASSERT_TRUE(log.AwaitEpoch(1));
  worker->RequestStop();
  worker->Kill();
  EXPECT_THAT(log.AwaitExit().description,
              HasSubstr("killed by signal 9 (SIGKILL)"));
  worker->Kill();         // of a process that is gone: nothing
  worker->RequestStop();  // likewise
}

TEST_F(ProcessLauncherTest, DestroyingAWorkerKillsItAndWaits) {
  WorkerLog log;
  auto worker = Launch("epoch 1\nhang", log);
  ASSERT_TRUE(log.AwaitEpoch(1));
  worker.reset();
  EXPECT_THAT(log.AwaitExit().description, HasSubstr("killed by signal 9"));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);  // no zombie is left
}

// What dies with the server is its end of the socket.
TEST_F(ProcessLauncherTest, AWorkerHearsThatTheServerDied) {
  pid_t pid = 0;
  {
    ASSERT_OK_AND_ASSIGN(SpawnedWorker worker,
                         SpawnWorker(SCRIPTED_WORKER, folder_ / "worker.log"));
    pid = worker.pid;
    ASSERT_OK(
        WriteMessage(worker.socket.get(), ToProto(Script("await\nexit 7"))));
  }
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(DescribeExit(status), "exited with status 7");
}

TEST_F(ProcessLauncherTest, AWorkerInheritsNothing) {
  const int leaked = open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  ASSERT_GE(leaked, 0);
  const auto before = signal(SIGUSR2, SIG_IGN);
  sigset_t blocked, mask_before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &blocked, &mask_before);
  WorkerLog other_log, log;
  const auto other = Launch("await", other_log);
  Run("inheritance", log);
  pthread_sigmask(SIG_SETMASK, &mask_before, nullptr);
  signal(SIGUSR2, before);
  close(leaked);
  EXPECT_EQ(log.failure(), "descriptors 0 1 2 3, its own group");
}

TEST_F(ProcessLauncherTest, AWorkersThreadsSoonSleepUnlessSomebodyChose) {
  const auto environment_of = [this](const std::string& variable) {
    WorkerLog log;
    Run("environment " + variable, log);
    return log.failure();
  };
  unsetenv("OMP_WAIT_POLICY");
  unsetenv("GOMP_SPINCOUNT");
  EXPECT_EQ(environment_of("GOMP_SPINCOUNT"), "10000");
  setenv("GOMP_SPINCOUNT", "7", 1);
  EXPECT_EQ(environment_of("GOMP_SPINCOUNT"), "7");
  unsetenv("GOMP_SPINCOUNT");
  setenv("OMP_WAIT_POLICY", "ACTIVE", 1);
  EXPECT_EQ(environment_of("OMP_WAIT_POLICY"), "ACTIVE");
  EXPECT_EQ(environment_of("GOMP_SPINCOUNT"), "nothing");
  unsetenv("OMP_WAIT_POLICY");
}

// A thread whose stack is as large as the address space cannot be made.
TEST_F(ProcessLauncherTest, AWorkerThatNoThreadCanFollowIsNotLeftBehind) {
  pthread_attr_t usual, impossible;
  ASSERT_EQ(pthread_getattr_default_np(&usual), 0);
  ASSERT_EQ(pthread_getattr_default_np(&impossible), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&impossible, std::size_t{1} << 47), 0);
  ASSERT_EQ(pthread_setattr_default_np(&impossible), 0);
  WorkerLog log;
  const auto worker = launcher_.Launch(Script("hang"), log.sink());
  EXPECT_EQ(pthread_setattr_default_np(&usual), 0);
  EXPECT_THAT(worker, StatusIs(absl::StatusCode::kUnavailable,
                               HasSubstr("cannot follow a worker")));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);  // no child is left
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(ProcessLauncherTest, AppendsTheWorkersOutputToItsLog) {
  WorkerLog first, second;
  Run("print one", first);
  Run("print two", second);
  EXPECT_THAT(ReadFile(folder_ / "worker.log"),
              IsOkAndHolds("out one\nerr one\nout two\nerr two\n"));
}

TEST_F(ProcessLauncherTest, ABinaryThatCannotBeRunIsAStatus) {
  WorkerLog log;
  ProcessLauncher absent({.worker_binary = folder_ / "absent"});
  EXPECT_THAT(absent.Launch(Script(""), log.sink()),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("absent")));
  ASSERT_OK(WriteFileAtomically(folder_ / "text", "no program"));
  ProcessLauncher text({.worker_binary = folder_ / "text"});
  EXPECT_THAT(text.Launch(Script(""), log.sink()),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("text")));
}

TEST_F(ProcessLauncherTest, ManyWorkersAtOnceDoNotMixUp) {
  constexpr int kThreads = 4, kEach = 5;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < kEach; ++j) {
        const std::string id = std::to_string(i * kEach + j);
        WorkerLog log;
        const auto worker = Launch("epoch 1\nawait\nfailed of " + id, log);
        EXPECT_TRUE(log.AwaitEpoch(1));
        worker->RequestStop();
        EXPECT_TRUE(log.AwaitExit().clean);
        EXPECT_EQ(log.failure(), "of " + id);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace carousel
