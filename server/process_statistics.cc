#include "server/process_statistics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

// Fields of /proc/PID/stat after the command's closing parenthesis, which may
// itself hold spaces and parentheses; proc(5) counts them from 3.
class StatFields {
 public:
  explicit StatFields(std::string_view stat)
      : fields_(absl::StrSplit(absl::string_view(stat.data(), stat.size())
                                   .substr(stat.rfind(')') + 1),
                               absl::ByAnyChar(" \n"), absl::SkipEmpty())) {}

  double Get(std::size_t number) const {
    double value = 0;
    if (number - 3 >= fields_.size() ||
        !absl::SimpleAtod(fields_[number - 3], &value)) {
      return 0;
    }
    return value;
  }

 private:
  const std::vector<std::string> fields_;
};

// "btime 1700000000" in /proc/stat: when the machine started.
double BootTime(absl::string_view stat) {
  for (const absl::string_view line : absl::StrSplit(stat, '\n')) {
    double seconds = 0;
    if (line.substr(0, 6) == "btime " &&
        absl::SimpleAtod(line.substr(6), &seconds)) {
      return seconds;
    }
  }
  return 0;
}

std::int64_t CountOpenFiles() {
  std::error_code error;
  const auto files =
      std::filesystem::directory_iterator("/proc/self/fd", error);
  // Reading the folder takes a descriptor, which is counted too.
  return error ? 0 : std::distance(begin(files), end(files)) - 1;
}

}  // namespace

absl::StatusOr<ProcessStatistics> ReadProcessStatistics() {
  ASSIGN_OR_RETURN(const std::string stat, ReadFile("/proc/self/stat"));
  ASSIGN_OR_RETURN(const std::string machine, ReadFile("/proc/stat"));
  const StatFields fields(stat);
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  ProcessStatistics statistics;
  statistics.cpu_seconds = (fields.Get(14) + fields.Get(15)) / ticks;
  statistics.start_time = BootTime(machine) + fields.Get(22) / ticks;
  statistics.virtual_bytes = static_cast<std::int64_t>(fields.Get(23));
  statistics.resident_bytes =
      static_cast<std::int64_t>(fields.Get(24)) * sysconf(_SC_PAGESIZE);
  statistics.open_files = CountOpenFiles();
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    statistics.max_files = static_cast<std::int64_t>(limit.rlim_cur);
  }
  return statistics;
}

}  // namespace carousel
