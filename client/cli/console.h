// Results to standard output; messages and progress to standard error.
#ifndef CAROUSEL_CLIENT_CLI_CONSOLE_H_
#define CAROUSEL_CLIENT_CLI_CONSOLE_H_

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/environment.h"

namespace carousel::client {

struct Progress {
  std::string label;   // "epoch 3/50"
  double done = 0;     // from 0 to 1
  std::string detail;  // "12,345 tokens/s"
};

// The bar that is drawn for `progress` in `columns` columns:
// "epoch 3/50 [######......]  50 %  12,345 tokens/s".
std::string DrawBar(const Progress& progress, int columns);

// On a terminal, progress is a bar in the last line, or a block of lines, that
// makes way for whatever else is printed; elsewhere it is a plain line now and
// then. Not thread-safe.
class Console {
 public:
  explicit Console(const Environment& environment);
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  // For results; without the bar.
  std::ostream& out();
  // A line to standard error.
  void Message(std::string_view line);
  void Warning(std::string_view line);

  // Shows it if enough time has passed since the last time.
  void Show(const Progress& progress);
  // On a terminal, shows these lines now, each narrower than the terminal, in
  // place of what was shown before. Elsewhere nothing.
  void ShowBlock(const std::vector<std::string>& lines);
  // Takes the bar or the block away.
  void HideProgress();

 private:
  // From the end of what is drawn to its beginning; a window that has become
  // narrower has broken lines in two.
  std::string GoToBeginning() const;

  const Environment& environment_;
  std::optional<std::chrono::steady_clock::time_point> last_shown_;
  std::vector<int> drawn_widths_;  // of the lines
};

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_CONSOLE_H_
