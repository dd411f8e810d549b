#include "core/nn/can_stream.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/error_details.h"
#include "core/base/strings.h"

namespace carousel {

absl::Status CheckCanStream(const ModelConfig& config) {
  std::vector<std::string> problems;
  if (config.bidirectional) {
    problems.emplace_back("it reads backwards too (bidirectional)");
  }
  if (config.truncation != Truncation::kHead) {
    problems.push_back(
        absl::StrCat("it keeps the end of a long text (truncate is ",
                     ToAbslView(ToString(config.truncation)), ")"));
  }
  if (problems.empty()) return absl::OkStatus();
  return WithReason(
      absl::FailedPreconditionError(absl::StrCat(
          "the model has to see the end of a text before it can answer: ",
          absl::StrJoin(problems, ", and "),
          "; the preset streaming trains one that has not")),
      "NOT_STREAMABLE");
}

}  // namespace carousel
