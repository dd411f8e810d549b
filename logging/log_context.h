// Whose work a thread does at the moment, so that every line that comes of it
// says so, from however deep below the call.
#ifndef CAROUSEL_LOGGING_LOG_CONTEXT_H_
#define CAROUSEL_LOGGING_LOG_CONTEXT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/executor.h"

namespace carousel {

// What is "" is not in the lines.
struct LogContext {
  std::string job;
  std::string request_id;
  std::string trace_id;
  std::string span_id;
};

// Of what comes of a call that has this request id and `traceparent`; either
// may be "".
LogContext MakeLogContext(std::string request_id, std::string_view traceparent);

// This thread's; null when it does nobody's work.
const std::shared_ptr<const LogContext>& CurrentLogContext();

// Gives this thread another context until the end of the scope.
class ScopedLogContext {
 public:
  explicit ScopedLogContext(std::shared_ptr<const LogContext> context);
  ~ScopedLogContext();
  ScopedLogContext(const ScopedLogContext&) = delete;
  ScopedLogContext& operator=(const ScopedLogContext&) = delete;

 private:
  std::shared_ptr<const LogContext> previous_;
};

// A ThreadPool that runs each task in the context of whoever handed it over.
// Thread-safe.
class ContextThreadPool final : public Executor {
 public:
  explicit ContextThreadPool(std::size_t threads) : pool_(threads) {}

  void Run(std::function<void()> task) override;

 private:
  ThreadPool pool_;
};

}  // namespace carousel

#endif  // CAROUSEL_LOGGING_LOG_CONTEXT_H_
