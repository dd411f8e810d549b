// Somewhere to run work that must not run on a gRPC thread.
#ifndef CAROUSEL_CORE_BASE_EXECUTOR_H_
#define CAROUSEL_CORE_BASE_EXECUTOR_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "core/base/mutex.h"

namespace carousel {

class Executor {
 public:
  virtual ~Executor() = default;

  // Runs `task`, which must not throw, at some time, on some thread.
  // Thread-safe.
  virtual void Run(std::function<void()> task) = 0;
};

// A fixed number of threads over one unbounded queue. The destructor runs what
// is queued, then joins.
class ThreadPool final : public Executor {
 public:
  explicit ThreadPool(std::size_t threads);
  ~ThreadPool() override;

  void Run(std::function<void()> task) override EXCLUDES(mutex_);

 private:
  void Work() EXCLUDES(mutex_);

  Mutex mutex_;
  CondVar changed_;
  std::deque<std::function<void()>> tasks_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_EXECUTOR_H_
