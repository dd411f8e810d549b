// Which trace a piece of work belongs to: the header `traceparent` of W3C Trace
// Context (https://www.w3.org/TR/trace-context/), by which programs that call
// each other name one piece of work alike.
#ifndef CAROUSEL_LOGGING_TRACE_CONTEXT_H_
#define CAROUSEL_LOGGING_TRACE_CONTEXT_H_

#include <optional>
#include <string>
#include <string_view>

namespace carousel {

// Ids are lower-case hexadecimal, as the header and logs have them.
struct TraceContext {
  std::string trace_id;  // 32 digits, not all 0
  std::string span_id;   // 16 digits, not all 0: one program's part of it
  std::string flags = "00";

  // "00-TRACE-SPAN-FLAGS".
  std::string ToTraceparent() const;

  bool operator==(const TraceContext&) const = default;
};

// Of a `traceparent`: what a later version adds behind the flags is passed
// over. Nothing for what is none.
std::optional<TraceContext> ParseTraceparent(std::string_view text);

// 16 hexadecimal digits, not all 0, that no other call of any server is likely
// to have. Thread-safe.
std::string MakeId();

// A part of the trace that a caller's `traceparent` names, with a span of its
// own, or the beginning of a new trace when that names none. Thread-safe.
TraceContext ContinueTrace(std::string_view traceparent);

}  // namespace carousel

#endif  // CAROUSEL_LOGGING_TRACE_CONTEXT_H_
