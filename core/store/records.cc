#include "core/store/records.h"

#include <array>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

constexpr std::array<std::string_view, kJobStates> kStateNames = {
    "QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"};
constexpr std::string_view kJobPrefix = "job-";

}  // namespace

std::string_view ToString(JobState state) {
  return kStateNames[static_cast<std::size_t>(state)];
}

absl::StatusOr<JobState> ParseJobState(std::string_view text) {
  for (std::size_t i = 0; i < kStateNames.size(); ++i) {
    if (text == kStateNames[i]) return static_cast<JobState>(i);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "state is ", Quote(text),
      "; it must be QUEUED, RUNNING, SUCCEEDED, FAILED or CANCELLED"));
}

std::string_view ToString(JobKind kind) {
  return kind == JobKind::kVectors ? "VECTORS" : "MODEL";
}

absl::StatusOr<JobKind> ParseJobKind(std::string_view text) {
  for (const JobKind kind : {JobKind::kModel, JobKind::kVectors}) {
    if (text == ToString(kind)) return kind;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("kind is ", Quote(text), "; it must be MODEL or VECTORS"));
}

bool IsTerminal(JobState state) {
  return state == JobState::kSucceeded || state == JobState::kFailed ||
         state == JobState::kCancelled;
}

std::string FormatJobId(std::int64_t number) {
  return absl::StrFormat("%s%06d", ToAbslView(kJobPrefix), number);
}

std::optional<std::int64_t> ParseJobId(std::string_view job) {
  std::int64_t number = 0;
  if (!job.starts_with(kJobPrefix) ||
      !absl::SimpleAtoi(ToAbslView(job.substr(kJobPrefix.size())), &number) ||
      number < 1 || FormatJobId(number) != job) {
    return std::nullopt;
  }
  return number;
}

}  // namespace carousel
