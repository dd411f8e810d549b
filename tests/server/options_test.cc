#include "server/options.h"

#include <string>
#include <vector>

#include "core/base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ServerOptions ValidOptions() {
  ServerOptions options;
  options.data_dir = "data";
  return options;
}

std::vector<std::string> WrongFlags(const ServerOptions& options) {
  std::vector<std::string> flags;
  for (const FieldViolation& violation :
       GetFieldViolations(Validate(options))) {
    flags.push_back(violation.field);
  }
  return flags;
}

TEST(OptionsTest, TheDefaultsNeedNothingButADataFolder) {
  EXPECT_OK(Validate(ValidOptions()));
  EXPECT_THAT(WrongFlags(ServerOptions()), ElementsAre("--data_dir"));
}

TEST(OptionsTest, TheServingPrecisionMustSuitTheEngine) {
  ServerOptions options = ValidOptions();
  options.serving_precision = "bf16";
  EXPECT_OK(Validate(options));
  options.engine = "libtorch";
  EXPECT_THAT(Validate(options),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--serving_precision is bf16; with "
                                 "engine=libtorch it must be f32")));
  options.serving_precision = "f64";
  EXPECT_THAT(WrongFlags(options), ElementsAre("--serving_precision"));
}

TEST(OptionsTest, NamesAllThatIsWrongAtOnce) {
  ServerOptions options = ValidOptions();
  options.metrics_listen = "nowhere";
  options.engine = "steam";
  options.device = "tpu";
  options.threads = -1;
  options.train_slots = 0;
  options.train_threads = -1;
  options.stall = absl::Seconds(-1);
  options.drain = absl::Seconds(-1);
  options.max_queued_jobs = 0;
  options.predict_queue = 0;
  options.max_batch_rows = 5000;
  options.max_upload_bytes = 0;
  options.model_memory_bytes = -1;
  options.folded_bytes = -1;
  options.retention = {.keep_versions = -1,
                       .keep_checkpoints = -absl::Hours(24),
                       .keep_jobs = absl::Hours(24) * 36501};
  EXPECT_THAT(
      WrongFlags(options),
      ElementsAre("--metrics_listen", "--engine", "--device", "--threads",
                  "--train_slots", "--train_threads", "--stall_seconds",
                  "--drain_seconds", "--max_queued_jobs", "--predict_queue",
                  "--max_batch_rows", "--max_upload_bytes",
                  "--model_memory_bytes", "--folded_bytes", "--keep_versions",
                  "--keep_checkpoints_days", "--keep_jobs_days"));
}

TEST(OptionsTest, SaysValueAndLimit) {
  ServerOptions options = ValidOptions();
  options.train_slots = 65;
  EXPECT_THAT(
      Validate(options),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("--train_slots is 65; it must be in [1, 64]")));
}

TEST(OptionsTest, ListsTheEnginesThereAre) {
  ServerOptions options = ValidOptions();
  options.engine = "fast";
  EXPECT_THAT(Validate(options), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("libtorch")));
}

TEST(OptionsTest, ListensOpenlyOnlyWhenTold) {
  ServerOptions options = ValidOptions();
  options.listen = "0.0.0.0:50051";
  EXPECT_THAT(Validate(options), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("--allow_open")));
  options.allow_open = true;
  EXPECT_OK(Validate(options));
}

TEST(OptionsTest, ListensOpenlyWithKeys) {
  ServerOptions options = ValidOptions();
  options.listen = "0.0.0.0:50051";
  options.key_file = "keys";
  EXPECT_OK(Validate(options));
}

TEST(OptionsTest, TlsDoesNotStandInForKeys) {
  ServerOptions options = ValidOptions();
  options.listen = "0.0.0.0:50051";
  options.tls = {.tls_cert = "cert", .tls_key = "key", .tls_client_ca = "ca"};
  EXPECT_THAT(WrongFlags(options), ElementsAre("--listen"));
}

TEST(OptionsTest, ACertificateNeedsItsKeyAndTheOtherWayRound) {
  ServerOptions options = ValidOptions();
  options.tls = {.tls_cert = "cert"};
  EXPECT_THAT(WrongFlags(options), ElementsAre("--tls_key"));
  options.tls = {.tls_key = "key"};
  EXPECT_THAT(WrongFlags(options), ElementsAre("--tls_cert"));
  options.tls = {.tls_client_ca = "ca"};
  EXPECT_THAT(WrongFlags(options), ElementsAre("--tls_client_ca"));
  options.tls = {.tls_cert = "cert", .tls_key = "key", .tls_client_ca = "ca"};
  EXPECT_OK(Validate(options));
}

TEST(OptionsTest, MetricsMayBeOpen) {
  ServerOptions options = ValidOptions();
  options.metrics_listen = "0.0.0.0:9464";
  EXPECT_OK(Validate(options));
}

}  // namespace
}  // namespace carousel
