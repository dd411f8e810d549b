// A log that a test can read while others write it.
#ifndef CAROUSEL_TESTS_SUPPORT_LOG_SINK_H_
#define CAROUSEL_TESTS_SUPPORT_LOG_SINK_H_

#include <spdlog/sinks/base_sink.h>

#include <mutex>
#include <string>

namespace carousel {

// Thread-safe.
class LogSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  // All lines so far.
  std::string text() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return text_;
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    text_.append(line.data(), line.size());
  }
  void flush_() override {}

  std::string text_;
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_LOG_SINK_H_
