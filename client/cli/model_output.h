// Model versions, for people.
#ifndef CAROUSEL_CLIENT_CLI_MODEL_OUTPUT_H_
#define CAROUSEL_CLIENT_CLI_MODEL_OUTPUT_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "carousel/v1/models.pb.h"
#include "client/cli/exit_code.h"
#include "client/cli/session.h"

namespace carousel::client {

// Prints the version as a command's result, as JSON when that is asked.
absl::StatusOr<ExitCode> PrintVersion(
    const absl::StatusOr<v1::ModelVersion>& version, Session& session);

// A row a version.
void PrintVersionTable(const std::vector<v1::ModelVersion>& versions,
                       std::ostream& out);

// The whole story of a version, in sections with a title each.
void PrintModelPage(const v1::GetModelResponse& model, std::ostream& out);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_MODEL_OUTPUT_H_
