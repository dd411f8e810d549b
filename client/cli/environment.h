// What the program is given by whoever starts it, so that a test can be that.
#ifndef CAROUSEL_CLIENT_CLI_ENVIRONMENT_H_
#define CAROUSEL_CLIENT_CLI_ENVIRONMENT_H_

#include <functional>
#include <istream>
#include <ostream>
#include <stop_token>
#include <string>

#include "client/waiter.h"
#include "core/base/clock.h"

namespace carousel::client {

struct TerminalSize {
  int columns = 80;
  int rows = 24;
};

struct Environment {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  // Whether somebody sits there; `err` then shows progress that is redrawn, and
  // `out` charts as wide as the terminal.
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  // At the moment: windows change their size.
  std::function<TerminalSize()> terminal_size = [] { return TerminalSize(); };
  // The value of an environment variable; "" when it is not set.
  std::function<std::string(const std::string&)> variable;
  // Requested by Ctrl-C.
  std::stop_token stop;
  const Clock& clock;
  Waiter& waiter;
};

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_ENVIRONMENT_H_
