#include "logging/trace_context.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>

#include "absl/strings/str_cat.h"

namespace carousel {
namespace {

// VERSION-TRACE-SPAN-FLAGS.
constexpr std::size_t kVersionDigits = 2;
constexpr std::size_t kTraceDigits = 32;
constexpr std::size_t kSpanDigits = 16;
constexpr std::size_t kFlagDigits = 2;
constexpr std::size_t kLength =
    kVersionDigits + kTraceDigits + kSpanDigits + kFlagDigits + 3;

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

bool IsId(std::string_view text) {
  return IsHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

// As much chance as the generator's state can hold of it, or the traces of two
// servers that started with the same 32 bits would be taken for one.
std::mt19937_64 MakeGenerator() {
  std::random_device device;
  std::array<std::uint32_t, 16> entropy;
  std::generate(entropy.begin(), entropy.end(), std::ref(device));
  std::seed_seq seed(entropy.begin(), entropy.end());
  return std::mt19937_64(seed);
}

}  // namespace

std::string MakeId() {
  thread_local std::mt19937_64 generator = MakeGenerator();
  std::uint64_t id = 0;
  while (id == 0) id = generator();
  return absl::StrCat(absl::Hex(id, absl::kZeroPad16));
}

std::string TraceContext::ToTraceparent() const {
  return absl::StrCat("00-", trace_id, "-", span_id, "-", flags);
}

std::optional<TraceContext> ParseTraceparent(std::string_view text) {
  if (text.size() < kLength) return std::nullopt;
  const std::string_view version = text.substr(0, kVersionDigits);
  const std::string_view trace = text.substr(3, kTraceDigits);
  const std::string_view span = text.substr(36, kSpanDigits);
  const std::string_view flags = text.substr(53, kFlagDigits);
  if (text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  if (!IsHex(version) || version == "ff" || !IsId(trace) || !IsId(span) ||
      !IsHex(flags)) {
    return std::nullopt;
  }
  if (text.size() > kLength && (version == "00" || text[kLength] != '-')) {
    return std::nullopt;
  }
  return TraceContext{.trace_id = std::string(trace),
                      .span_id = std::string(span),
                      .flags = std::string(flags)};
}

TraceContext ContinueTrace(std::string_view traceparent) {
  TraceContext trace;
  if (auto parent = ParseTraceparent(traceparent)) {
    trace = *std::move(parent);
  } else {
    trace.trace_id = absl::StrCat(MakeId(), MakeId());
  }
  trace.span_id = MakeId();
  return trace;
}

}  // namespace carousel
