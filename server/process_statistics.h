// What the kernel knows about this process.
#ifndef CAROUSEL_SERVER_PROCESS_STATISTICS_H_
#define CAROUSEL_SERVER_PROCESS_STATISTICS_H_

#include <cstdint>

#include "absl/status/statusor.h"

namespace carousel {

struct ProcessStatistics {
  double cpu_seconds = 0;  // user and system
  std::int64_t resident_bytes = 0;
  std::int64_t virtual_bytes = 0;
  std::int64_t open_files = 0;
  std::int64_t max_files = 0;
  double start_time = 0;  // Unix seconds
};

// From /proc; an error where there is none.
absl::StatusOr<ProcessStatistics> ReadProcessStatistics();

}  // namespace carousel

#endif  // CAROUSEL_SERVER_PROCESS_STATISTICS_H_
