// The log of server and worker: one line an event, for people or for programs.
//
//   text: 2026-05-01T12:00:00.000000Z info rpc method=A/B code=OK seconds=0.002
//   JSON: {"time":"2026-05-01T12:00:00.000000Z","level":"info","event":"rpc",
//          "method":"A/B","code":"OK","seconds":0.002}     (on one line)
//
// The fields of the thread's LogContext stand at the end. A value of the text
// form that is empty or holds a space, a quote, '=' or what is no printable
// ASCII is quoted and escaped as in C; in JSON what is not UTF-8 is replaced by
// U+FFFD. No line ever holds the content of a text that somebody classifies or
// trains on: callers log names, sizes and reasons.
#ifndef CAROUSEL_LOGGING_EVENT_LOG_H_
#define CAROUSEL_LOGGING_EVENT_LOG_H_

#include <spdlog/common.h>
#include <spdlog/logger.h>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"

namespace carousel {

using LogLevel = spdlog::level::level_enum;

// "trace", "debug", "info", "warning", "error", "critical", "off".
std::string_view ToString(LogLevel level);
// INVALID_ARGUMENT, naming what may be; `name` is what the setting is called.
absl::StatusOr<LogLevel> ParseLogLevel(std::string_view name,
                                       std::string_view text);

enum class LogFormat { kText, kJson };
std::string_view ToString(LogFormat format);  // "text", "json"
absl::StatusOr<LogFormat> ParseLogFormat(std::string_view name,
                                         std::string_view text);

// A name and a value, for the time of one call.
class LogField {
 public:
  LogField(std::string_view key, std::string_view value)
      : key_(key), value_(value) {}
  LogField(std::string_view key, const std::string& value)
      : key_(key), value_(std::string_view(value)) {}
  LogField(std::string_view key, const char* value)
      : key_(key), value_(std::string_view(value)) {}
  template <std::integral Integer>
  LogField(std::string_view key, Integer value)
      : key_(key), value_(static_cast<std::int64_t>(value)) {}
  LogField(std::string_view key, double value) : key_(key), value_(value) {}

  void AppendText(std::string& line) const;
  void AppendJson(std::string& line) const;

 private:
  std::string_view key_;
  std::variant<std::string_view, std::int64_t, double> value_;
};

// Thread-safe.
class EventLog {
 public:
  using Fields = std::initializer_list<LogField>;

  // `sink` is for this log alone: its lines get this log's form.
  EventLog(LogFormat format, LogLevel level, spdlog::sink_ptr sink);
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  LogFormat format() const { return format_; }
  LogLevel level() const { return logger_.level(); }
  // What is less grave than this leaves no line from now on.
  void set_level(LogLevel level) { logger_.set_level(level); }

  // `event` is one word: what happened.
  void Debug(std::string_view event, Fields fields) const {
    Write(LogLevel::debug, event, fields);
  }
  void Info(std::string_view event, Fields fields) const {
    Write(LogLevel::info, event, fields);
  }
  void Warn(std::string_view event, Fields fields) const {
    Write(LogLevel::warn, event, fields);
  }
  void Error(std::string_view event, Fields fields) const {
    Write(LogLevel::err, event, fields);
  }
  void Critical(std::string_view event, Fields fields) const {
    Write(LogLevel::critical, event, fields);
  }
  void Write(LogLevel level, std::string_view event, Fields fields) const;

  void Flush() { logger_.flush(); }

 private:
  const LogFormat format_;
  // Its own locks; writing a line does not change it.
  mutable spdlog::logger logger_;
};

}  // namespace carousel

#endif  // CAROUSEL_LOGGING_EVENT_LOG_H_
