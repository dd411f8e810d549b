// How a server is to run.
#ifndef CAROUSEL_SERVER_OPTIONS_H_
#define CAROUSEL_SERVER_OPTIONS_H_

#include <cstdint>
#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/store/retention.h"
#include "server/tls_material.h"

namespace carousel {

// The members are named as the flags of carouseld.
struct ServerOptions {
  std::filesystem::path data_dir;
  std::string listen = "127.0.0.1:50051";
  std::string metrics_listen = "127.0.0.1:9464";
  std::string device = "auto";  // cpu, cuda, or cuda where there is one
  std::string engine = "fused";
  std::string serving_precision = "f32";  // f32 or bf16, of answers
  int threads = 0;                        // that answer; 0: one a core
  int train_slots = 1;
  int train_threads = 0;  // of each worker; 0: the cores shared by the slots
  absl::Duration stall = absl::Seconds(600);  // --stall_seconds; 0: never
  absl::Duration drain = absl::Seconds(30);
  // Who may do what (server/key_ring.h); "": everybody everything.
  std::filesystem::path key_file;
  bool allow_open = false;  // a `listen` outside loopback without key_file
  TlsFiles tls;             // without a tls_cert: clear text

  std::int64_t max_queued_jobs = 1000;
  std::int64_t predict_queue = 16384;  // texts waiting
  std::int64_t max_batch_rows = 64;
  std::int64_t max_upload_bytes = std::int64_t{8} << 30;
  // Of weights (ModelRegistryOptions); 0: no bound.
  std::int64_t model_memory_bytes = std::int64_t{4} << 30;
  std::int64_t folded_bytes = std::int64_t{64} << 20;  // LiveModelOptions

  // --keep_versions, --keep_checkpoints_days, --keep_jobs_days.
  RetentionPolicy retention;

  // The program that trains.
  std::filesystem::path worker_binary;
};

// INVALID_ARGUMENT naming every flag whose value cannot be, all at once. What
// the machine decides (ports, the data folder, a GPU) shows at the start.
absl::Status Validate(const ServerOptions& options);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_OPTIONS_H_
