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
    ShowBlock({DrawBar(progress, environment_.terminal_size().columns)});
    return;
  }
  environment_.err << progress.label << ": " << Percent(progress.done);
  if (!progress.detail.empty()) environment_.err << ", " << progress.detail;
  environment_.err << std::endl;
}

std::string Console::GoToBeginning() const {
  const int columns = std::max(1, environment_.terminal_size().columns);
  int rows = 0;
  for (const int width : drawn_widths_) {
    rows += std::max(1, (width + columns - 1) / columns);
  }
  return rows > 1 ? absl::StrCat("\r\x1b[", rows - 1, "A") : "\r";
}

void Console::ShowBlock(const std::vector<std::string>& lines) {
  if (!environment_.err_is_terminal || lines.empty()) return;
  // Drawn over what is there: to erase that first would flicker.
  std::string text = GoToBeginning();
  drawn_widths_.clear();
  for (const std::string& line : lines) {
    absl::StrAppend(&text, drawn_widths_.empty() ? "" : "\n", line, "\x1b[K");
    drawn_widths_.push_back(DisplayWidth(line));
  }
  environment_.err << text << "\x1b[J" << std::flush;
}

void Console::HideProgress() {
  if (drawn_widths_.empty()) return;
  environment_.err << GoToBeginning() << "\x1b[J" << std::flush;
  drawn_widths_.clear();
}

}  // namespace carousel::client
