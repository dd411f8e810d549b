#include "server/options.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/strings.h"
#include "core/engine/engine.h"
#include "server/field_checks.h"
#include "server/listen_address.h"

namespace carousel {
namespace {

constexpr std::int64_t kMaxDays = 36500;

std::int64_t ToDays(absl::Duration duration) {
  return duration / absl::Hours(24);
}

void CheckRange(std::string_view flag, std::int64_t value, std::int64_t least,
                std::int64_t most, FieldViolations& violations) {
  if (value >= least && value <= most) return;
  violations.Add(
      flag, absl::StrCat(ToAbslView(flag), " is ", value, "; it must be in [",
                         least, ", ", most, "]"));
}

void CheckListen(const ServerOptions& options, FieldViolations& violations) {
  const auto listen = ListenAddress::Parse("--listen", options.listen);
  AddViolations("--listen", listen.status(), violations);
  AddViolations(
      "--metrics_listen",
      ListenAddress::Parse("--metrics_listen", options.metrics_listen).status(),
      violations);
  if (listen.ok() && !listen->IsLoopback() && options.key_file.empty() &&
      !options.allow_open) {
    violations.Add(
        "--listen",
        absl::StrCat("--listen is ", options.listen,
                     ", which other machines can reach, and whoever reaches a "
                     "server without keys may do everything; give --key_file, "
                     "use 127.0.0.1, or add --allow_open if that is meant"));
  }
}

void CheckEngine(const ServerOptions& options, FieldViolations& violations) {
  if (const auto engine = ParseEngine(options.engine); !engine.ok()) {
    violations.Add("--engine", absl::StrCat("--", engine.status().message()));
  } else if (const auto precision = ParsePrecision(options.serving_precision);
             !precision.ok()) {
    violations.Add("--serving_precision",
                   absl::StrCat("--serving_", precision.status().message()));
  } else if (const absl::Status fits = CheckPrecision(*precision, *engine);
             !fits.ok()) {
    violations.Add("--serving_precision",
                   absl::StrCat("--serving_", fits.message()));
  }
  const std::string& device = options.device;
  if (device != "auto" && device != "cpu" && device != "cuda") {
    violations.Add("--device", absl::StrCat("--device is ", Quote(device),
                                            "; it must be auto, cpu or cuda"));
  }
}

void CheckTls(const TlsFiles& tls, FieldViolations& violations) {
  if (tls.tls_cert.empty() != tls.tls_key.empty()) {
    const bool cert_is_missing = tls.tls_cert.empty();
    violations.Add(cert_is_missing ? "--tls_cert" : "--tls_key",
                   cert_is_missing
                       ? "--tls_cert is missing: a --tls_key needs one"
                       : "--tls_key is missing: a --tls_cert needs one");
  }
  if (!tls.tls_client_ca.empty() && tls.tls_cert.empty()) {
    violations.Add("--tls_client_ca",
                   "--tls_client_ca is of no use without --tls_cert and "
                   "--tls_key: there is no TLS");
  }
}

}  // namespace

absl::Status Validate(const ServerOptions& options) {
  FieldViolations violations;
  if (options.data_dir.empty()) {
    violations.Add("--data_dir",
                   "--data_dir is missing: name the folder that holds (or "
                   "shall hold) datasets, models and jobs");
  }
  CheckListen(options, violations);
  CheckTls(options.tls, violations);
  CheckEngine(options, violations);
  CheckRange("--threads", options.threads, 0, 1024, violations);
  CheckRange("--train_slots", options.train_slots, 1, 64, violations);
  CheckRange("--train_threads", options.train_threads, 0, 1024, violations);
  CheckRange("--stall_seconds", absl::ToInt64Seconds(options.stall), 0,
             kMaxDays * 86400, violations);
  CheckRange("--drain_seconds", absl::ToInt64Seconds(options.drain), 0, 86400,
             violations);
  CheckRange("--max_queued_jobs", options.max_queued_jobs, 1, 1000000,
             violations);
  CheckRange("--predict_queue", options.predict_queue, 1, 10000000, violations);
  CheckRange("--max_batch_rows", options.max_batch_rows, 1, 4096, violations);
  CheckRange("--max_upload_bytes", options.max_upload_bytes, 1,
             std::int64_t{1} << 50, violations);
  CheckRange("--model_memory_bytes", options.model_memory_bytes, 0,
             std::int64_t{1} << 50, violations);
  CheckRange("--folded_bytes", options.folded_bytes, 0, std::int64_t{1} << 50,
             violations);
  CheckRange("--keep_versions", options.retention.keep_versions, 0, 1000000,
             violations);
  CheckRange("--keep_checkpoints_days",
             ToDays(options.retention.keep_checkpoints), 0, kMaxDays,
             violations);
  CheckRange("--keep_jobs_days", ToDays(options.retention.keep_jobs), 0,
             kMaxDays, violations);
  return violations.ToStatus();
}

}  // namespace carousel
