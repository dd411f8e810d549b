// What to say of an argument that no command and no option takes.
#ifndef CAROUSEL_CLIENT_CLI_UNKNOWN_ARGUMENT_H_
#define CAROUSEL_CLIENT_CLI_UNKNOWN_ARGUMENT_H_

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace carousel::client {

// A word of `known` that is at most two letters from `word` and shares more
// than half of it; "" when there is none. Two swapped letters are two.
std::string NearestWord(std::string_view word,
                        const std::vector<std::string>& known);

// "no command "tarin" (did you mean train?)", or the same of an option. `root`
// has parsed a line, in vain or not, as far as the command `selected`. "" when
// it took every argument.
std::string ExplainUnknownArgument(const CLI::App& root,
                                   const CLI::App& selected);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_UNKNOWN_ARGUMENT_H_
