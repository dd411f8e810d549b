// carouseld: trains, evaluates and serves sentiment models. This file is
// flags, wiring and signals.
#include <grpc/support/log.h>
#include <pthread.h>
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/reflection.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/status_macros.h"
#include "core/store/restore.h"
#include "logging/event_log.h"
#include "server/config_file.h"
#include "server/flag_check.h"
#include "server/options.h"
#include "server/server.h"

// A file that is not given. Not "": `--key_file=$UNSET` would open the server.
constexpr char kNoFile[] = "none";

ABSL_FLAG(std::string, data_dir, "",
          "Folder of datasets, models and jobs; created when missing. One "
          "server a folder.");
ABSL_FLAG(
    std::string, config, "",
    "File of these flags, one NAME = VALUE a line; the command line wins");
ABSL_FLAG(std::string, listen, "127.0.0.1:50051",
          "HOST:PORT for gRPC; port 0 takes a free one (see DIR/address)");
ABSL_FLAG(std::string, metrics_listen, "127.0.0.1:9464",
          "HOST:PORT for Prometheus (see DIR/metrics_address)");
ABSL_FLAG(std::string, device, "auto", "auto, cpu or cuda");
ABSL_FLAG(std::string, engine, "fused",
          "What runs the LSTM: fused (this project's engine), reference (the "
          "hand-written loop) or libtorch (its own LSTM)");
ABSL_FLAG(std::string, serving_precision, "f32",
          "Of the products that answers are made of: f32, or bf16 with "
          "--engine=fused, whose LSTM then has half the bytes; labels of texts "
          "near the middle may differ. Streams on an accelerator stay f32");
ABSL_FLAG(
    int, threads, 0,
    "Threads that answer: loops of the engine, or inside one operation of "
    "LibTorch; 0: one a core");
ABSL_FLAG(int, train_slots, 1, "Training jobs at the same time");
ABSL_FLAG(int, train_threads, 0,
          "Threads of each training job; 0: all cores divided by train_slots");
ABSL_FLAG(int, stall_seconds, 600,
          "How long a worker may tell nothing before it is killed and its job "
          "goes on from its checkpoint; 0: for ever");
ABSL_FLAG(int, drain_seconds, 30,
          "How long a stop waits for running calls and workers");
ABSL_FLAG(std::string, key_file, kNoFile,
          "File of the keys that callers must show, read again when it changes "
          "and at SIGHUP: lines ROLE SHA256 [NAME], where ROLE is predict, "
          "train or admin. none: everybody may do everything");
ABSL_FLAG(bool, allow_open, false,
          "Allows a --listen that other machines can reach without --key_file");
ABSL_FLAG(std::string, tls_cert, kNoFile,
          "File of the server's certificate, in PEM, for TLS; read again as "
          "the keys are");
ABSL_FLAG(std::string, tls_key, kNoFile,
          "File of the certificate's private key");
ABSL_FLAG(std::string, tls_client_ca, kNoFile,
          "File of the certificates that sign those of clients; each client "
          "must then show one (mutual TLS)");
ABSL_FLAG(std::string, log_level, "info",
          "trace, debug, info, warning, error, critical or off");
ABSL_FLAG(std::string, log_format, "text",
          "text or json: how each line of the log is written, the workers', "
          "too");
ABSL_FLAG(std::int64_t, max_queued_jobs, 1000, "Training jobs waiting");
ABSL_FLAG(std::int64_t, predict_queue, 16384, "Texts waiting for a batch");
ABSL_FLAG(std::int64_t, max_batch_rows, 64,
          "Texts in a batch; the engine reads at most 48 at a time");
ABSL_FLAG(std::int64_t, max_upload_bytes, std::int64_t{8} << 30,
          "Size of an uploaded file, or of an imported model's files together");
ABSL_FLAG(std::int64_t, model_memory_bytes, std::int64_t{4} << 30,
          "Bytes of weights in memory; 0: no bound. Versions with a label and "
          "those of `carousel models load` stay, the others go, the least "
          "recently used first");
ABSL_FLAG(std::int64_t, folded_bytes, std::int64_t{64} << 20,
          "Bytes of each model with engine=fused for the products of its most "
          "frequent words, made when it is loaded; 0: none");
ABSL_FLAG(std::int64_t, keep_versions, 0,
          "Of each model, how many of the newest versions without a label are "
          "kept; 0: all. Versions with a label always stay");
ABSL_FLAG(int, keep_checkpoints_days, 0,
          "Days after its end that a failed or cancelled job keeps its "
          "checkpoint; 0: for good");
ABSL_FLAG(int, keep_jobs_days, 0,
          "Days after its end that a job is kept, unless its version is there; "
          "0: for good");
ABSL_FLAG(std::string, restore, "",
          "Restores this backup (carousel admin backup) into --data_dir, which "
          "must be empty or missing, and exits");

namespace {

constexpr int kExitError = 1;
constexpr int kExitUsage = 2;
constexpr char kWorkerName[] = "carousel_worker";

std::filesystem::path FileOf(const std::string& flag) {
  return flag == kNoFile ? "" : flag;
}

absl::Status CheckFileFlags() {
  for (const auto& [name, value] :
       {std::pair("--key_file", absl::GetFlag(FLAGS_key_file)),
        std::pair("--tls_cert", absl::GetFlag(FLAGS_tls_cert)),
        std::pair("--tls_key", absl::GetFlag(FLAGS_tls_key)),
        std::pair("--tls_client_ca", absl::GetFlag(FLAGS_tls_client_ca))}) {
    if (!value.empty()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(name, " is empty; name a file, or leave the flag out"));
  }
  return absl::OkStatus();
}

carousel::ServerOptions ReadFlags() {
  carousel::ServerOptions options;
  options.data_dir = absl::GetFlag(FLAGS_data_dir);
  options.listen = absl::GetFlag(FLAGS_listen);
  options.metrics_listen = absl::GetFlag(FLAGS_metrics_listen);
  options.device = absl::GetFlag(FLAGS_device);
  options.engine = absl::GetFlag(FLAGS_engine);
  options.serving_precision = absl::GetFlag(FLAGS_serving_precision);
  options.threads = absl::GetFlag(FLAGS_threads);
  options.train_slots = absl::GetFlag(FLAGS_train_slots);
  options.train_threads = absl::GetFlag(FLAGS_train_threads);
  options.stall = absl::Seconds(absl::GetFlag(FLAGS_stall_seconds));
  options.drain = absl::Seconds(absl::GetFlag(FLAGS_drain_seconds));
  options.key_file = FileOf(absl::GetFlag(FLAGS_key_file));
  options.allow_open = absl::GetFlag(FLAGS_allow_open);
  options.tls.tls_cert = FileOf(absl::GetFlag(FLAGS_tls_cert));
  options.tls.tls_key = FileOf(absl::GetFlag(FLAGS_tls_key));
  options.tls.tls_client_ca = FileOf(absl::GetFlag(FLAGS_tls_client_ca));
  options.max_queued_jobs = absl::GetFlag(FLAGS_max_queued_jobs);
  options.predict_queue = absl::GetFlag(FLAGS_predict_queue);
  options.max_batch_rows = absl::GetFlag(FLAGS_max_batch_rows);
  options.max_upload_bytes = absl::GetFlag(FLAGS_max_upload_bytes);
  options.model_memory_bytes = absl::GetFlag(FLAGS_model_memory_bytes);
  options.folded_bytes = absl::GetFlag(FLAGS_folded_bytes);
  options.retention = {
      .keep_versions = absl::GetFlag(FLAGS_keep_versions),
      .keep_checkpoints =
          absl::Hours(24) * absl::GetFlag(FLAGS_keep_checkpoints_days),
      .keep_jobs = absl::Hours(24) * absl::GetFlag(FLAGS_keep_jobs_days)};
  options.worker_binary =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() /
      kWorkerName;
  return options;
}

// For gRPC, whose function for its lines takes nothing of ours with it.
const carousel::EventLog* grpc_log = nullptr;

// gRPC's own lines go where ours go; what it calls an error is often a client
// that left.
void LogFromGrpc(gpr_log_func_args* args) {
  grpc_log->Debug(
      "grpc",
      {{"file", args->file}, {"line", args->line}, {"message", args->message}});
}

// Lives until the process ends: gRPC's threads may outlive main().
absl::StatusOr<carousel::EventLog*> MakeLog() {
  ASSIGN_OR_RETURN(const carousel::LogFormat format,
                   carousel::ParseLogFormat("--log_format",
                                            absl::GetFlag(FLAGS_log_format)));
  ASSIGN_OR_RETURN(
      const carousel::LogLevel level,
      carousel::ParseLogLevel("--log_level", absl::GetFlag(FLAGS_log_level)));
  auto* log = new carousel::EventLog(
      format, level, std::make_shared<spdlog::sinks::stderr_sink_mt>());
  grpc_log = log;
  gpr_set_log_function(&LogFromGrpc);
  return log;
}

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// SIGHUP as well: it asks for the files of keys to be read again, and ends no
// server that has none, so that a service manager need not know which it has.
sigset_t WatchedSignals() {
  sigset_t signals = StopSignals();
  sigaddset(&signals, SIGHUP);
  return signals;
}

int WaitForSignal(const sigset_t& signals) {
  int signal_number = 0;
  while (sigwait(&signals, &signal_number) != 0) {
  }
  return signal_number;
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "carouseld: %s\n",
               std::string(status.message()).c_str());
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitError;
}

// Sets the flags, from the file of --config too.
absl::Status ReadCommandLine(int argc, char** argv) {
  RETURN_IF_ERROR(
      carousel::CheckFlags(std::vector<std::string>(argv + 1, argv + argc)));
  absl::ParseCommandLine(argc, argv);
  const std::string config = absl::GetFlag(FLAGS_config);
  if (config.empty()) return absl::OkStatus();
  absl::Status status = carousel::ApplyConfigFile(
      config, absl::GetFlagReflectionHandle(FLAGS_config));
  // Once more: what it gives wins over the file.
  if (status.ok()) absl::ParseCommandLine(argc, argv);
  return status;
}

int Restore(const std::string& file, const std::string& data_dir) {
  if (data_dir.empty()) {
    return Fail(absl::InvalidArgumentError(
        "--data_dir is missing: name the folder to restore into"));
  }
  const auto restored = carousel::RestoreBackup(file, data_dir);
  if (!restored.ok()) {
    Fail(restored.status());
    return kExitError;
  }
  std::printf("restored %lld files, %lld bytes, into %s\n",
              static_cast<long long>(restored->files),
              static_cast<long long>(restored->bytes), data_dir.c_str());
  return EXIT_SUCCESS;
}

int WaitForStop(carousel::CarouselServer& server,
                const carousel::ServerOptions& options,
                const carousel::EventLog& log) {
  const bool has_files =
      !options.key_file.empty() || !options.tls.tls_cert.empty();
  while (true) {
    const int signal_number = WaitForSignal(WatchedSignals());
    if (signal_number != SIGHUP) return signal_number;
    log.Info("signal",
             {{"signal", strsignal(signal_number)},
              {"message", has_files ? "reading keys and certificates"
                                    : "there are no keys and certificates "
                                      "to read again"}});
    if (has_files) server.ReloadAccess();
  }
}

int Run(const carousel::ServerOptions& options, carousel::EventLog& log) {
  auto server = carousel::CarouselServer::Create(options, log);
  if (!server.ok()) return Fail(server.status());
  if (absl::Status status = (*server)->Start(); !status.ok()) {
    server->reset();
    return Fail(status);
  }
  // For whoever started it and waits for it, a script for example.
  std::printf("serving on %s\n", (*server)->address().c_str());
  std::fflush(stdout);
  const int signal_number = WaitForStop(**server, options, log);
  log.Info("signal",
           {{"signal", strsignal(signal_number)}, {"message", "draining"}});
  // Whoever asks twice does not want to wait. Jobs survive that.
  std::thread([] {
    WaitForSignal(StopSignals());
    std::_Exit(128 + SIGTERM);
  }).detach();
  (*server)->Shutdown();
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  // Blocked here, they are blocked in every thread, and only sigwait sees them.
  const sigset_t signals = WatchedSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  absl::SetProgramUsageMessage(
      "Trains, evaluates and serves sentiment models.\n\n"
      "  carouseld --data_dir=DIR [--listen=127.0.0.1:50051] "
      "[--metrics_listen=127.0.0.1:9464]\n");
  absl::FlagsUsageConfig usage;
  usage.version_string = [] {
    return absl::StrCat("carouseld ", CAROUSEL_VERSION, "\n");
  };
  usage.normalize_filename = [](absl::string_view file) {
    while (absl::ConsumePrefix(&file, "../")) continue;
    return std::string(file);
  };
  // Abseil would show the flags of a file that is named as the program is.
  usage.contains_help_flags =
      usage.contains_helpshort_flags = [](absl::string_view file) {
        return absl::EndsWith(file, "server/main.cc");
      };
  absl::SetFlagsUsageConfig(usage);
  if (absl::Status status = ReadCommandLine(argc, argv); !status.ok()) {
    return Fail(status);
  }
  if (const std::string file = absl::GetFlag(FLAGS_restore); !file.empty()) {
    return Restore(file, absl::GetFlag(FLAGS_data_dir));
  }
  if (absl::Status status = CheckFileFlags(); !status.ok()) return Fail(status);
  const auto log = MakeLog();
  if (!log.ok()) return Fail(log.status());
  return Run(ReadFlags(), **log);
}
