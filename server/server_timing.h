// Where the time of a call went, as its trailing metadata tell: in the form of
// the header Server-Timing (https://www.w3.org/TR/server-timing/).
#ifndef CAROUSEL_SERVER_SERVER_TIMING_H_
#define CAROUSEL_SERVER_SERVER_TIMING_H_

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace carousel {

inline constexpr char kServerTimingKey[] = "server-timing";

// A call's phases, in their order: "queue;dur=0.018, work;dur=1.204,
// total;dur=1.231", milliseconds. From one thread at a time.
class ServerTiming {
 public:
  using Duration = std::chrono::steady_clock::duration;

  ServerTiming() : began_(std::chrono::steady_clock::now()), lap_(began_) {}

  // What has passed since the last lap, or since the call began, was this
  // phase.
  void Lap(const char* phase);
  // A phase that was measured elsewhere, within the time since the last lap.
  void Add(const char* phase, Duration duration);

  std::string ToString() const;

 private:
  const std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point lap_;
  std::vector<std::pair<const char*, Duration>> phases_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_SERVER_TIMING_H_
