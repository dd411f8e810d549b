// How a command ends, for scripts.
#ifndef CAROUSEL_CLIENT_CLI_EXIT_CODE_H_
#define CAROUSEL_CLIENT_CLI_EXIT_CODE_H_

namespace carousel::client {

enum class ExitCode {
  kDone = 0,
  kOther = 1,
  kUsage = 2,
  kNotFound = 3,
  kRefused = 4,      // invalid or refused input
  kUnavailable = 5,  // or the deadline passed
  kJobFailed = 6,    // or was cancelled
};

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_EXIT_CODE_H_
