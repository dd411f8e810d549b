// The real worker, but it meets its fate where a file tells it to.
//
// The file is JOB_FOLDER/die, made before the job starts. A line of it is
// "ACTION at POINT". The first line's action is done at its point, once: the
// line is taken out of the file before that, and the file goes with its last
// line, so that the worker's successor meets the next line or none.
//
//   actions  kill worker    SIGKILL for this process
//            kill server    SIGKILL for the one that started it
//            freeze worker  SIGSTOP for this process: it hangs
//            wait           until it is asked to stop
//   points   stage S, last batch of epoch N,
//            epoch N untold (its checkpoint is on the disk), epoch N told
#include <signal.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "worker/worker_process.h"

namespace carousel {
namespace {

class MortalObserver final : public TrainingObserver {
 public:
  MortalObserver(std::filesystem::path file, TrainingObserver& events,
                 std::stop_token stop)
      : file_(std::move(file)),
        server_(getppid()),
        events_(events),
        stop_(std::move(stop)) {
    std::ifstream input(file_);
    for (std::string line; std::getline(input, line);) fates_.push_back(line);
  }

  void OnStage(std::string_view stage) override {
    events_.OnStage(stage);
    Reach(absl::StrCat("stage ", std::string(stage)));
  }
  void OnBatch(const BatchProgress& progress) override {
    events_.OnBatch(progress);
    if (progress.batch == progress.batches) {
      Reach(absl::StrCat("last batch of epoch ", progress.epoch));
    }
  }
  void OnEpoch(const EpochMetrics& metrics) override {
    Reach(absl::StrCat("epoch ", metrics.epoch, " untold"));
    events_.OnEpoch(metrics);
    Reach(absl::StrCat("epoch ", metrics.epoch, " told"));
  }
  void OnAlive() override { events_.OnAlive(); }

 private:
  void Reach(const std::string& point) {
    if (fates_.empty()) return;
    for (const char* action :
         {"kill worker", "kill server", "freeze worker", "wait"}) {
      if (fates_.front() != absl::StrCat(action, " at ", point)) continue;
      ForgetFirst();
      Do(action);
      return;
    }
  }

  void ForgetFirst() {
    fates_.erase(fates_.begin());
    if (fates_.empty()) {
      std::filesystem::remove(file_);
      return;
    }
    std::ofstream output(file_);
    for (const std::string& fate : fates_) output << fate << "\n";
  }

  void Do(const std::string& action) {
    if (action == "kill worker") kill(getpid(), SIGKILL);
    if (action == "freeze worker") kill(getpid(), SIGSTOP);
    // Not whoever adopted this process when its server was gone.
    if (action == "kill server" && getppid() == server_) kill(server_, SIGKILL);
    // A server's death asks for the stop, too.
    std::mutex mutex;
    std::unique_lock<std::mutex> lock(mutex);
    std::condition_variable_any stopped;
    stopped.wait(lock, stop_, [] { return false; });
  }

  const std::filesystem::path file_;
  const pid_t server_;
  TrainingObserver& events_;
  const std::stop_token stop_;
  std::vector<std::string> fates_;
};

}  // namespace
}  // namespace carousel

int main() {
  return carousel::RunWorkerProcess(
      [](const carousel::worker::v1::Assignment& assignment,
         carousel::TrainingObserver& events, const std::stop_token& stop) {
        return std::make_unique<carousel::MortalObserver>(
            std::filesystem::path(assignment.job_folder()) / "die", events,
            stop);
      });
}
