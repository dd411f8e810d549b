// A calendar that jumps: preloaded into a program, it adds what a file says, in
// seconds, to the time that the program is told. Steady clocks stay as they
// are, as they do when somebody sets the time of a machine.
//
//   STEPPING_CLOCK  the file: a 64-bit integer, which the test changes
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace {

using Step = std::atomic<std::int64_t>;

Step* step = nullptr;

__attribute__((constructor)) void Begin() {
  const char* path = getenv("STEPPING_CLOCK");
  if (path == nullptr) return;
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  void* mapped = mmap(nullptr, sizeof(Step), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (mapped != MAP_FAILED) step = static_cast<Step*>(mapped);
}

std::int64_t StepSeconds() {
  return step == nullptr ? 0 : step->load(std::memory_order_relaxed);
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  static const auto real = reinterpret_cast<int (*)(clockid_t, timespec*)>(
      dlsym(RTLD_NEXT, "clock_gettime"));
  const int result = real(clock, now);
  const bool is_calendar =
      clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (result == 0 && is_calendar) now->tv_sec += StepSeconds();
  return result;
}

int gettimeofday(timeval* now, void* zone) noexcept {
  static const auto real = reinterpret_cast<int (*)(timeval*, void*)>(
      dlsym(RTLD_NEXT, "gettimeofday"));
  const int result = real(now, zone);
  if (result == 0) now->tv_sec += StepSeconds();
  return result;
}

time_t time(time_t* now) noexcept {
  timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (now != nullptr) *now = precise.tv_sec;
  return precise.tv_sec;
}

}  // extern "C"
