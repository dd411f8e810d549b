#include "client/cli/watch.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/cli/error_output.h"
#include "client/cli/format.h"
#include "client/cli/job_output.h"
#include "client/cli/json_output.h"
#include "client/cli/length_chart.h"
#include "client/cli/watch_panel.h"
#include "client/job_watcher.h"

namespace carousel::client {
namespace {

constexpr std::chrono::milliseconds kRedrawInterval{100};

// Epochs in lines; below them, on a terminal, the panel, and elsewhere a line
// of progress now and then.
class EpochPrinter final : public WatchObserver {
 public:
  explicit EpochPrinter(Session& session)
      : session_(session),
        panel_(IsUtf8Locale(session.environment().variable)
                   ? CurveStyle::kBlocks
                   : CurveStyle::kAscii) {}

  void SetEpochs(std::int64_t epochs) { panel_.SetEpochs(epochs); }

  void OnEpoch(const v1::Epoch& epoch) override {
    connection_is_lost_ = false;
    PrintLine(epoch);
    panel_.OnEpoch(epoch);
    DrawPanel();
  }

  void OnProgress(const v1::TrainingProgress& progress) override {
    connection_is_lost_ = false;
    if (progress.batches() == 0) return;
    panel_.OnProgress(progress);
    if (!session_.environment().err_is_terminal) {
      ShowLine(progress);
    } else if (session_.environment().clock.SteadyNow() - drawn_at_ >=
               kRedrawInterval) {
      DrawPanel();
    }
  }

  void OnStage(const std::string& stage) override {
    connection_is_lost_ = false;
    panel_.OnStage(stage);
    DrawPanel();
  }

  void OnLost(const absl::Status& why, absl::Duration delay) override {
    // Once an interruption; the attempts in between are no news.
    if (connection_is_lost_) return;
    connection_is_lost_ = true;
    session_.console().Message(absl::StrCat(Explain(why).message(),
                                            "; trying again until it is back"));
  }

 private:
  void PrintLine(const v1::Epoch& epoch) {
    if (session_.json()) {
      session_.PrintJson(ToJson(epoch));
      return;
    }
    std::ostream& out = session_.console().out();
    if (!has_titles_) PrintEpochTitles(out);
    has_titles_ = true;
    PrintEpoch(epoch, out);
    out.flush();
  }

  void DrawPanel() {
    const Environment& environment = session_.environment();
    if (!environment.err_is_terminal) return;
    session_.console().ShowBlock(panel_.Draw(environment.terminal_size()));
    drawn_at_ = environment.clock.SteadyNow();
  }

  void ShowLine(const v1::TrainingProgress& progress) {
    session_.console().Show(
        {.label = absl::StrCat("epoch ", progress.epoch()),
         .done = static_cast<double>(progress.batch()) /
                 static_cast<double>(progress.batches()),
         .detail = absl::StrCat(
             "loss ", absl::SixDigits(progress.mean_loss()), ", ",
             FormatCount(
                 static_cast<std::int64_t>(progress.tokens_per_second())),
             " tokens/s")});
  }

  Session& session_;
  WatchPanel panel_;
  std::chrono::steady_clock::time_point drawn_at_;
  bool has_titles_ = false;
  bool connection_is_lost_ = false;
};

constexpr absl::Duration kPatience = absl::Seconds(5);

// The watch is silent until the first batch, and a queue may be long. Returns
// how many epochs were asked for, 0 when that is not known: whether it is does
// not matter to the watch.
std::int64_t SayIfQueued(const std::string& job, Session& session) {
  CallOptions call = session.ShortCall();
  call.deadline =
      std::min(call.deadline, session.environment().clock.Now() + kPatience);
  const absl::StatusOr<v1::TrainingJob> found =
      session.client().GetTrainingJob(job, call);
  if (!found.ok()) return 0;
  if (found->state() == v1::TrainingJob::STATE_QUEUED) {
    session.console().Message(
        absl::StrCat("The job ", job, " is waiting for a slot",
                     found->queue_position() > 0
                         ? absl::StrCat(", behind ", JobsAhead(*found), ".")
                         : "."));
  }
  return found->epochs();
}

// The watch is over and the job is not.
absl::Status StoppedWatching(const std::string& job, const absl::Status& why) {
  const bool is_about_the_watch =
      absl::IsCancelled(why) || absl::IsDeadlineExceeded(why);
  if (!is_about_the_watch) return why;
  return absl::Status(
      why.code(),
      absl::StrCat("stopped watching: ", why.message(),
                   "; this does not stop the job. To watch it again: carousel "
                   "jobs watch ",
                   job, "; to stop it: carousel jobs cancel ", job));
}

}  // namespace

absl::StatusOr<ExitCode> Watch(const std::string& job, bool was_reached,
                               Session& session) {
  EpochPrinter printer(session);
  printer.SetEpochs(SayIfQueued(job, session));
  const absl::StatusOr<v1::TrainingJob> ended = WatchJob(
      session.client(),
      {.job = job, .was_reached = was_reached, .call = session.LongCall()},
      session.environment().waiter, printer);
  if (!ended.ok()) return StoppedWatching(job, ended.status());
  PrintJob(*ended, session);
  if (ended->state() == v1::TrainingJob::STATE_SUCCEEDED) {
    return ExitCode::kDone;
  }
  session.console().Message(absl::StrCat(
      "carousel: the job ", job,
      ended->state() == v1::TrainingJob::STATE_CANCELLED ? " was cancelled"
                                                         : " failed: ",
      ended->error(),
      "\nTo go on from its last checkpoint: carousel jobs resume ", job));
  return ExitCode::kJobFailed;
}

}  // namespace carousel::client
