// The program `carousel`, apart from main().
#ifndef CAROUSEL_CLIENT_CLI_CLI_H_
#define CAROUSEL_CLIENT_CLI_CLI_H_

#include <string>
#include <vector>

#include "client/cli/environment.h"
#include "client/cli/exit_code.h"

namespace carousel::client {

// Runs the command that `arguments` (without the program's name) ask for.
ExitCode Run(const std::vector<std::string>& arguments,
             const Environment& environment);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_CLI_H_
