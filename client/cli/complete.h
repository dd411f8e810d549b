// `carousel complete WORD...`, by which a shell asks what may follow. It stands
// in no help.
#ifndef CAROUSEL_CLIENT_CLI_COMPLETE_H_
#define CAROUSEL_CLIENT_CLI_COMPLETE_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "client/cli/environment.h"

namespace carousel::client {

inline constexpr char kCompleteCommand[] = "complete";

// Prints what may follow, one a line, with a tab before what it means, and
// ":files" where files may. Names are the server's, which is asked for a second
// at most; without an answer there are none. Says nothing of errors: somebody
// is typing.
void PrintCompletion(const CLI::App& root,
                     const std::vector<std::string>& words,
                     const Environment& environment);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_COMPLETE_H_
