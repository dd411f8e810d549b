// Any file as the --config of a server.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "core/base/files.h"
#include "server/config_file.h"
#include "tests/fuzz/fuzz_check.h"

// One flag of each type that a server has.
ABSL_FLAG(std::string, config, "", "");
ABSL_FLAG(std::string, listen, "", "");
ABSL_FLAG(int, threads, 0, "");
ABSL_FLAG(std::int64_t, predict_queue, 0, "");
ABSL_FLAG(bool, allow_open, false, "");

namespace carousel {
namespace {

void TestOneFile(std::string_view content) {
  // Memory, not the disk.
  static const std::string path =
      "/dev/shm/config_file_fuzz." + std::to_string(::getpid());
  FUZZ_CHECK(WriteFileAtomically(path, content).ok());
  // Not a FlagSaver: it writes a line for each flag that it restores.
  absl::SetFlag(&FLAGS_listen, "");
  absl::SetFlag(&FLAGS_threads, 0);
  absl::SetFlag(&FLAGS_predict_queue, 0);
  absl::SetFlag(&FLAGS_allow_open, false);
  const absl::Status status =
      ApplyConfigFile(path, absl::GetFlagReflectionHandle(FLAGS_config));
  std::filesystem::remove(path);
  FUZZ_CHECK(status.ok() || absl::IsInvalidArgument(status) ||
             absl::IsDataLoss(status));  // gzip that is cut
  FUZZ_CHECK(status.ok() || !status.message().empty());
  FUZZ_CHECK(absl::GetFlag(FLAGS_config).empty());
}

}  // namespace
}  // namespace carousel

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  carousel::TestOneFile(carousel::FuzzText(data, size));
  return 0;
}
