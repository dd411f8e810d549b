// Durations as numbers.
#ifndef CAROUSEL_CORE_BASE_SECONDS_H_
#define CAROUSEL_CORE_BASE_SECONDS_H_

#include <chrono>

namespace carousel {

inline double Seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_SECONDS_H_
