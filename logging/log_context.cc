#include "logging/log_context.h"

#include <utility>

#include "logging/trace_context.h"

namespace carousel {
namespace {

std::shared_ptr<const LogContext>& Current() {
  thread_local std::shared_ptr<const LogContext> context;
  return context;
}

}  // namespace

LogContext MakeLogContext(std::string request_id,
                          std::string_view traceparent) {
  LogContext context{.request_id = std::move(request_id)};
  if (auto trace = ParseTraceparent(traceparent)) {
    context.trace_id = std::move(trace->trace_id);
    context.span_id = std::move(trace->span_id);
  }
  return context;
}

const std::shared_ptr<const LogContext>& CurrentLogContext() {
  return Current();
}

ScopedLogContext::ScopedLogContext(std::shared_ptr<const LogContext> context)
    : previous_(std::exchange(Current(), std::move(context))) {}

ScopedLogContext::~ScopedLogContext() { Current() = std::move(previous_); }

void ContextThreadPool::Run(std::function<void()> task) {
  pool_.Run([context = CurrentLogContext(), task = std::move(task)]() mutable {
    const ScopedLogContext scope(std::move(context));
    task();
    // What the task holds is let go in its context, and no later than it
    // would be without this.
    task = nullptr;
  });
}

}  // namespace carousel
