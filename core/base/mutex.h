// std::mutex and std::condition_variable with clang's thread annotations.
//
// Abseil's mutex is not used: Debian's build of it is not instrumented, and
// ThreadSanitizer sees races there that do not exist.
#ifndef CAROUSEL_CORE_BASE_MUTEX_H_
#define CAROUSEL_CORE_BASE_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"

#if defined(__clang__)
#define CAROUSEL_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define CAROUSEL_THREAD_ANNOTATION(x)
#endif

// Abseil defines three of these names too, with the same meaning; included
// above, it cannot define them after us.
#ifndef GUARDED_BY
#define GUARDED_BY(x) CAROUSEL_THREAD_ANNOTATION(guarded_by(x))
#endif
#ifndef PT_GUARDED_BY
#define PT_GUARDED_BY(x) CAROUSEL_THREAD_ANNOTATION(pt_guarded_by(x))
#endif
#ifndef NO_THREAD_SAFETY_ANALYSIS
#define NO_THREAD_SAFETY_ANALYSIS \
  CAROUSEL_THREAD_ANNOTATION(no_thread_safety_analysis)
#endif
#define CAPABILITY(x) CAROUSEL_THREAD_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY CAROUSEL_THREAD_ANNOTATION(scoped_lockable)
#define REQUIRES(...) \
  CAROUSEL_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) CAROUSEL_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) CAROUSEL_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define RELEASE(...) CAROUSEL_THREAD_ANNOTATION(release_capability(__VA_ARGS__))

namespace carousel {

class CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ACQUIRE() { mutex_.lock(); }
  void Unlock() RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() RELEASE() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Wake-ups may be spurious: wait in a loop over the condition.
class CondVar {
 public:
  void Wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }

  // Returns false when `deadline` passed before a wake-up.
  bool WaitUntil(Mutex& mutex, std::chrono::steady_clock::time_point deadline)
      REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const auto status = condition_.wait_until(lock, deadline);
    lock.release();
    return status == std::cv_status::no_timeout;
  }

  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_MUTEX_H_
