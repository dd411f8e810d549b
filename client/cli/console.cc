#include "client/cli/console.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/format.h"

namespace carousel::client {
namespace {

constexpr std::chrono::milliseconds kRedrawInterval{100};
constexpr std::chrono::seconds kPlainInterval{10};
constexpr int kLongestBar = 40;
constexpr int kShortestBar = 5;

std::string Percent(double done) {
  return absl::StrFormat("%3d %%", static_cast<int>(std::floor(100 * done)));
}

}  // namespace

std::string DrawBar(const Progress& progress, int columns) {
  const double done = std::clamp(progress.done, 0.0, 1.0);
  const std::string detail =
      progress.detail.empty() ? "" : absl::StrCat("  ", progress.detail);
  const int others =
      DisplayWidth(progress.label) + DisplayWidth(detail) + 10;  // " [] 100 %"
  const int length = std::min(kLongestBar, columns - others);
  if (length < kShortestBar) {
    return absl::StrCat(progress.label, " ", Percent(done));
  }
  const int filled = static_cast<int>(done * length);
  return absl::StrCat(progress.label, " [", std::string(filled, '#'),
                      std::string(length - filled, '.'), "] ", Percent(done),
                      detail);
}

Console::Console(const Environment& environment) : environment_(environment) {}

Console::~Console() { HideProgress(); }

std::ostream& Console::out() {
  HideProgress();
  return environment_.out;
}

void Console::Message(std::string_view line) {
  HideProgress();
  environment_.err << line << std::endl;
}

void Console::Warning(std::string_view line) {
  HideProgress();
  environment_.err << "warning: " << line << std::endl;
}

void Console::Show(const Progress& progress) {
  const auto now = environment_.clock.SteadyNow();
  const bool terminal = environment_.err_is_terminal;
  const auto interval =
      terminal ? kRedrawInterval : std::chrono::milliseconds(kPlainInterval);
  if (!last_shown_.has_value()) {
    last_shown_ = now;
    if (!terminal) return;  // what is done at once needs no line
  } else if (now - *last_shown_ < interval) {
    return;
  }
  last_shown_ = now;
  if (terminal) {
    environment_.err << '\r' << DrawBar(progress, environment_.columns)
                     << "\x1b[K" << std::flush;
    bar_is_drawn_ = true;
    return;
  }
  environment_.err << progress.label << ": " << Percent(progress.done);
  if (!progress.detail.empty()) environment_.err << ", " << progress.detail;
  environment_.err << std::endl;
}

void Console::HideProgress() {
  if (!bar_is_drawn_) return;
  environment_.err << "\r\x1b[K" << std::flush;
  bar_is_drawn_ = false;
}

}  // namespace carousel::client
