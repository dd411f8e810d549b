// A disk that fills up, and processes that are killed, at a chosen write.
//
// Preloaded into carouseld, and by inheritance into its workers, it counts the
// calls that write below a folder: what creates, fills, syncs, renames or links
// files there. At the chosen one it does what the control file says. A write is
// cut in half before its process dies: that is what a kill can leave.
//
//   FAULTY_DISK_CONTROL  the control file: a Control, which the test maps, too
//   FAULTY_DISK_FOLDER   the folder, an absolute path
//
// tests/e2e/faulty_disk.py is the test's side of it.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

enum Action : std::int64_t {
  kCount = 0,       // only count
  kFailOnce = 1,    // the chosen call fails
  kFailFromOn = 2,  // it and all later ones fail, but what was written can
                    // still be renamed
  kKillWorker = 3,
  kKillServer = 4,
  kKillBoth = 5,
  kKillClient = 6,
};

enum Process : std::int64_t { kOther = 0, kServer = 1, kWorker = 2 };

constexpr char kServerName[] = "carouseld";
constexpr char kWorkerName[] = "carousel_worker";
constexpr char kClientName[] = "carousel";

// As faulty_disk.py lays it out.
struct Control {
  std::atomic<std::int64_t> action;
  std::atomic<std::int64_t> at;      // the chosen call, from 1
  std::atomic<std::int64_t> error;   // an errno, for the actions that fail
  std::atomic<std::int64_t> whose;   // a Process whose calls count; 0: all
  std::atomic<std::int64_t> seen;    // calls so far
  std::atomic<std::int64_t> hits;    // how many of them met their fate
  std::atomic<std::int64_t> server;  // process ids
  std::atomic<std::int64_t> worker;
  std::atomic<std::int64_t> client;
  char what[1024];  // the first that did: "write /some/file"
};

Control* control = nullptr;
char folder[512];
std::size_t folder_size = 0;
Process process = kOther;

template <typename Function>
Function* Real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

__attribute__((constructor)) void Begin() {
  const char* path = getenv("FAULTY_DISK_CONTROL");
  const char* below = getenv("FAULTY_DISK_FOLDER");
  if (path == nullptr || below == nullptr) return;
  const auto open_file = Real<int(const char*, int, ...)>("open");
  const int file = open_file(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void* mapped = mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE,
                      MAP_SHARED, file, 0);
  close(file);
  if (mapped == MAP_FAILED) return;
  folder_size = std::strlen(below);
  if (folder_size >= sizeof(folder)) return;
  std::strcpy(folder, below);
  auto* found = static_cast<Control*>(mapped);
  const char* name = program_invocation_short_name;
  if (std::strcmp(name, kServerName) == 0) {
    process = kServer;
    found->server = getpid();
  } else if (std::strcmp(name, kWorkerName) == 0) {
    process = kWorker;
    found->worker = getpid();
  } else if (std::strcmp(name, kClientName) == 0) {
    found->client = getpid();
  }
  control = found;
}

bool IsBelowFolder(const char* path) {
  return std::strncmp(path, folder, folder_size) == 0 &&
         (path[folder_size] == '/' || path[folder_size] == '\0');
}

// Not a process that got the number of one that is gone.
void KillOther(std::int64_t pid, const char* name) {
  char path[64], is[64] = {};
  std::snprintf(path, sizeof(path), "/proc/%lld/comm",
                static_cast<long long>(pid));
  const auto open_file = Real<int(const char*, int, ...)>("open");
  const int file = open_file(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  const ssize_t size = read(file, is, sizeof(is) - 1);
  close(file);
  if (size > 0 && is[size - 1] == '\n') is[size - 1] = '\0';
  if (std::strcmp(is, name) == 0) kill(static_cast<pid_t>(pid), SIGKILL);
}

struct Fate {
  int error = 0;
  bool dies = false;
};

[[noreturn]] void Die() {
  for (;;) kill(getpid(), SIGKILL);
}

Fate Kill(std::int64_t action) {
  const bool worker = action == kKillWorker || action == kKillBoth;
  const bool server = action == kKillServer || action == kKillBoth;
  if (worker && process != kWorker) {
    KillOther(control->worker, kWorkerName);
  }
  if (server && process != kServer) KillOther(control->server, kServerName);
  if (action == kKillClient) KillOther(control->client, kClientName);
  return {.dies =
              (worker && process == kWorker) || (server && process == kServer)};
}

// What is to become of a call that writes to `path`.
Fate Meet(const char* call, const char* path) {
  if (control == nullptr || !IsBelowFolder(path)) return {};
  const std::int64_t whose = control->whose;
  if (whose != 0 && whose != process) return {};
  const std::int64_t number = ++control->seen;
  const std::int64_t action = control->action;
  const std::int64_t at = control->at;
  if (action == kCount || number < at) return {};
  const bool needs_room = std::strcmp(call, "rename") != 0;
  if (number > at && !(action == kFailFromOn && needs_room)) return {};
  if (control->hits++ == 0) {
    std::snprintf(control->what, sizeof(control->what), "%s %s", call, path);
  }
  if (action == kFailOnce || action == kFailFromOn) {
    return {.error = static_cast<int>(control->error)};
  }
  return Kill(action);
}

Fate MeetFile(const char* call, int descriptor) {
  if (control == nullptr) return {};
  char link[64], path[1024];
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
  const ssize_t size = readlink(link, path, sizeof(path) - 1);
  if (size <= 0) return {};
  path[size] = '\0';
  return Meet(call, path);
}

// The rest of a call: -1 when it fails, else what `real` gives.
template <typename Call>
auto Finish(const Fate& fate, Call real) -> decltype(real()) {
  if (fate.dies) Die();
  if (fate.error != 0) {
    errno = fate.error;
    return -1;
  }
  return real();
}

// posix_fallocate gives its error back.
template <typename Call>
int FinishFallocate(const Fate& fate, Call real) {
  if (fate.dies) Die();
  return fate.error != 0 ? fate.error : real();
}

template <typename Call>
int Open(const char* path, int flags, Call real) {
  // What is there already takes no room.
  if ((flags & O_CREAT) == 0 || access(path, F_OK) == 0) return real();
  return Finish(Meet("open", path), real);
}

int ModeOf(int flags, std::va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, int) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const int mode = ModeOf(flags, arguments);
  va_end(arguments);
  static const auto real = Real<int(const char*, int, ...)>("open");
  return Open(path, flags, [&] { return real(path, flags, mode); });
}

int open64(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const int mode = ModeOf(flags, arguments);
  va_end(arguments);
  static const auto real = Real<int(const char*, int, ...)>("open64");
  return Open(path, flags, [&] { return real(path, flags, mode); });
}

int openat(int parent, const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const int mode = ModeOf(flags, arguments);
  va_end(arguments);
  static const auto real = Real<int(int, const char*, int, ...)>("openat");
  return Open(path, flags, [&] { return real(parent, path, flags, mode); });
}

int openat64(int parent, const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const int mode = ModeOf(flags, arguments);
  va_end(arguments);
  static const auto real = Real<int(int, const char*, int, ...)>("openat64");
  return Open(path, flags, [&] { return real(parent, path, flags, mode); });
}

ssize_t write(int file, const void* bytes, std::size_t size) {
  static const auto real =
      Real<ssize_t(int, const void*, std::size_t)>("write");
  const Fate fate = MeetFile("write", file);
  if (fate.dies) real(file, bytes, size / 2);
  return Finish(fate, [&] { return real(file, bytes, size); });
}

ssize_t writev(int file, const iovec* pieces, int count) {
  static const auto real = Real<ssize_t(int, const iovec*, int)>("writev");
  return Finish(MeetFile("write", file),
                [&] { return real(file, pieces, count); });
}

ssize_t pwrite(int file, const void* bytes, std::size_t size, off_t at) {
  static const auto real =
      Real<ssize_t(int, const void*, std::size_t, off_t)>("pwrite");
  const Fate fate = MeetFile("write", file);
  if (fate.dies) real(file, bytes, size / 2, at);
  return Finish(fate, [&] { return real(file, bytes, size, at); });
}

ssize_t pwrite64(int file, const void* bytes, std::size_t size, off64_t at) {
  static const auto real =
      Real<ssize_t(int, const void*, std::size_t, off64_t)>("pwrite64");
  const Fate fate = MeetFile("write", file);
  if (fate.dies) real(file, bytes, size / 2, at);
  return Finish(fate, [&] { return real(file, bytes, size, at); });
}

ssize_t sendfile(int out, int in, off_t* offset, std::size_t size) {
  static const auto real =
      Real<ssize_t(int, int, off_t*, std::size_t)>("sendfile");
  return Finish(MeetFile("write", out),
                [&] { return real(out, in, offset, size); });
}

int fsync(int file) {
  static const auto real = Real<int(int)>("fsync");
  return Finish(MeetFile("sync", file), [&] { return real(file); });
}

int fdatasync(int file) {
  static const auto real = Real<int(int)>("fdatasync");
  return Finish(MeetFile("sync", file), [&] { return real(file); });
}

int ftruncate(int file, off_t size) noexcept {
  static const auto real = Real<int(int, off_t)>("ftruncate");
  return Finish(MeetFile("truncate", file), [&] { return real(file, size); });
}

int ftruncate64(int file, off64_t size) noexcept {
  static const auto real = Real<int(int, off64_t)>("ftruncate64");
  return Finish(MeetFile("truncate", file), [&] { return real(file, size); });
}

int posix_fallocate(int file, off_t at, off_t size) {
  static const auto real = Real<int(int, off_t, off_t)>("posix_fallocate");
  return FinishFallocate(MeetFile("allocate", file),
                         [&] { return real(file, at, size); });
}

int posix_fallocate64(int file, off64_t at, off64_t size) {
  static const auto real =
      Real<int(int, off64_t, off64_t)>("posix_fallocate64");
  return FinishFallocate(MeetFile("allocate", file),
                         [&] { return real(file, at, size); });
}

int rename(const char* from, const char* to) noexcept {
  static const auto real = Real<int(const char*, const char*)>("rename");
  return Finish(Meet("rename", to), [&] { return real(from, to); });
}

int link(const char* from, const char* to) noexcept {
  static const auto real = Real<int(const char*, const char*)>("link");
  return Finish(Meet("link", to), [&] { return real(from, to); });
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto real = Real<int(const char*, mode_t)>("mkdir");
  return Finish(Meet("mkdir", path), [&] { return real(path, mode); });
}

}  // extern "C"
