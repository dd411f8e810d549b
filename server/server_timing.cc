#include "server/server_timing.h"

#include "absl/strings/str_format.h"

namespace carousel {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

}  // namespace

void ServerTiming::Lap(const char* phase) {
  const auto now = std::chrono::steady_clock::now();
  Add(phase, now - lap_);
  lap_ = now;
}

void ServerTiming::Add(const char* phase, Duration duration) {
  phases_.emplace_back(phase, duration);
}

std::string ServerTiming::ToString() const {
  std::string text;
  for (const auto& [phase, duration] : phases_) {
    absl::StrAppendFormat(&text, "%s;dur=%.3f, ", phase,
                          Milliseconds(duration).count());
  }
  absl::StrAppendFormat(
      &text, "total;dur=%.3f",
      Milliseconds(std::chrono::steady_clock::now() - began_).count());
  return text;
}

}  // namespace carousel
