// Errors, for people and for scripts.
#ifndef CAROUSEL_CLIENT_CLI_ERROR_OUTPUT_H_
#define CAROUSEL_CLIENT_CLI_ERROR_OUTPUT_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "client/cli/exit_code.h"
#include "nlohmann/json.hpp"

namespace carousel::client {

ExitCode ToExitCode(const absl::Status& error);

// The error in the words of the command line: where the user can mend it with
// an option, the message says which.
absl::Status Explain(absl::Status error);

// The same error with "; `hint`" behind its message; details are kept.
absl::Status WithHint(const absl::Status& error, std::string_view hint);

// {"error": {code, message, details}}. `details` is a list after AIP-193:
//   {"type": "BadRequest", "field_violations": [{field, description}, ...]}
//   {"type": "ErrorInfo", "reason"}
//   {"type": "RetryInfo", "retry_delay"}, in seconds
nlohmann::ordered_json ErrorToJson(const absl::Status& error);

// One line, or one a wrong field where there are several.
std::string ErrorToText(const absl::Status& error);

// A file that the user names and that is not there, or not readable, is
// invalid input; NOT_FOUND is kept for what the server does not have.
absl::Status AsInvalidInput(const absl::Status& error);

// The same of an error in reading `path`, which the message names once.
absl::Status AsInvalidFile(const absl::Status& error, std::string_view path);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_ERROR_OUTPUT_H_
