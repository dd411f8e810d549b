#include "logging/event_log.h"

#include <spdlog/pattern_formatter.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "logging/log_context.h"

namespace carousel {
namespace {

// Time and level are spdlog's to write; %v is what the event's line adds.
constexpr char kTextPattern[] = "%Y-%m-%dT%H:%M:%S.%fZ %l %v";
constexpr char kJsonPattern[] =
    R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l",%v})";

constexpr std::array kLevels = {
    LogLevel::trace, LogLevel::debug,    LogLevel::info, LogLevel::warn,
    LogLevel::err,   LogLevel::critical, LogLevel::off};
constexpr std::array kFormats = {LogFormat::kText, LogFormat::kJson};

// The one of `all` that is called `text`.
template <typename Named, std::size_t count>
absl::StatusOr<Named> Parse(const std::array<Named, count>& all,
                            std::string_view name, std::string_view text) {
  std::string names;
  for (const Named& named : all) {
    if (ToString(named) == text) return named;
    absl::StrAppend(&names,
                    names.empty()         ? ""
                    : named == all.back() ? " or "
                                          : ", ",
                    ToAbslView(ToString(named)));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      ToAbslView(name), " is ", ToAbslView(text), "; it must be ", names));
}

bool IsPlain(std::string_view value) {
  return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '=' && c != '\\';
  });
}

std::string ToJson(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false,
                                   nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string_view ToString(LogLevel level) {
  const spdlog::string_view_t name = spdlog::level::to_string_view(level);
  return {name.data(), name.size()};
}

std::string_view ToString(LogFormat format) {
  return format == LogFormat::kJson ? "json" : "text";
}

absl::StatusOr<LogLevel> ParseLogLevel(std::string_view name,
                                       std::string_view text) {
  return Parse(kLevels, name, text);
}

absl::StatusOr<LogFormat> ParseLogFormat(std::string_view name,
                                         std::string_view text) {
  return Parse(kFormats, name, text);
}

void LogField::AppendText(std::string& line) const {
  absl::StrAppend(&line, line.empty() ? "" : " ", ToAbslView(key_), "=");
  if (const auto* text = std::get_if<std::string_view>(&value_)) {
    if (IsPlain(*text)) {
      line += *text;
    } else {
      absl::StrAppend(&line, "\"", absl::CHexEscape(ToAbslView(*text)), "\"");
    }
  } else if (const auto* integer = std::get_if<std::int64_t>(&value_)) {
    absl::StrAppend(&line, *integer);
  } else {
    absl::StrAppend(&line, std::get<double>(value_));
  }
}

void LogField::AppendJson(std::string& line) const {
  absl::StrAppend(&line, line.empty() ? "" : ",", "\"", ToAbslView(key_),
                  "\":");
  if (const auto* text = std::get_if<std::string_view>(&value_)) {
    line += ToJson(*text);
  } else if (const auto* integer = std::get_if<std::int64_t>(&value_)) {
    absl::StrAppend(&line, *integer);
  } else {
    const double number = std::get<double>(value_);
    // JSON has neither infinities nor NaN.
    std::isfinite(number) ? absl::StrAppend(&line, number)
                          : absl::StrAppend(&line, "null");
  }
}

EventLog::EventLog(LogFormat format, LogLevel level, spdlog::sink_ptr sink)
    : format_(format), logger_("carousel", std::move(sink)) {
  logger_.set_formatter(std::make_unique<spdlog::pattern_formatter>(
      format == LogFormat::kJson ? kJsonPattern : kTextPattern,
      spdlog::pattern_time_type::utc));
  logger_.set_level(level);
  logger_.flush_on(LogLevel::info);
}

void EventLog::Write(LogLevel level, std::string_view event,
                     Fields fields) const {
  if (!logger_.should_log(level)) return;
  std::string line;
  const auto append = [&](const LogField& field) {
    format_ == LogFormat::kJson ? field.AppendJson(line)
                                : field.AppendText(line);
  };
  if (format_ == LogFormat::kJson) {
    append({"event", event});
  } else {
    line = event;
  }
  for (const LogField& field : fields) append(field);
  if (const auto& context = CurrentLogContext(); context != nullptr) {
    for (const auto& [key, value] :
         {std::pair<std::string_view, const std::string&>{"job", context->job},
          {"request_id", context->request_id},
          {"trace_id", context->trace_id},
          {"span_id", context->span_id}}) {
      if (!value.empty()) append({key, value});
    }
  }
  logger_.log(level, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace carousel
