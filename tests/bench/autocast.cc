#include "tests/bench/autocast.h"

#include <ATen/autocast_mode.h>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "tests/bench/contest.h"

namespace carousel {
Autocast::Autocast() {
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCPU, true);
}

Autocast::~Autocast() { at::autocast::set_autocast_enabled(at::kCPU, false); }

bool CanAutocast(const std::function<void()>& bf16,
                 const std::function<void()>& f32) {
  constexpr double kTooSlow = 8;
  try {
    const double slower = Seconds(bf16) / Seconds(f32);
    if (slower < kTooSlow) return true;
    std::printf("    nn.LSTM bf16 takes %.0f times as long as f32: left out\n",
                slower);
  } catch (const std::exception& error) {
    const std::string_view what = error.what();
    std::printf("    nn.LSTM bf16 does not run on this processor: %s\n",
                std::string(what.substr(0, what.find_first_of(".\n"))).c_str());
  }
  return false;
}

}  // namespace carousel
