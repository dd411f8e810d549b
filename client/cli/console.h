// Results to standard output; messages and progress to standard error.
#ifndef CAROUSEL_CLIENT_CLI_CONSOLE_H_
#define CAROUSEL_CLIENT_CLI_CONSOLE_H_

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

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

// On a terminal, progress is a bar in the last line that makes way for whatever
// else is printed; elsewhere it is a plain line now and then. Not thread-safe.
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
  // Takes the bar away.
  void HideProgress();

 private:
  const Environment& environment_;
  std::optional<std::chrono::steady_clock::time_point> last_shown_;
  bool bar_is_drawn_ = false;
};

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_CONSOLE_H_
