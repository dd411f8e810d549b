// What is wrong with a command line, before Abseil ends the program over it.
#ifndef CAROUSEL_SERVER_FLAG_CHECK_H_
#define CAROUSEL_SERVER_FLAG_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace carousel {

// Abseil exits with 1 over a flag that it does not know or cannot read, which
// says to whoever started the program that another try may do. INVALID_ARGUMENT
// here names all such flags in `arguments` (without the program's name), and
// what is no flag. Reads as absl::ParseCommandLine does: one dash or two, the
// value behind "=" or in the next argument, "--noNAME" for false, all after
// "--" no flags. Flags that are right are set. Not thread-safe: call it before
// other threads start.
absl::Status CheckFlags(const std::vector<std::string>& arguments);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_FLAG_CHECK_H_
