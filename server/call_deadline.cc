#include "server/call_deadline.h"

namespace carousel {
namespace {

// A caller whose deadline passes leaves by its own clock, which is earlier than
// ours: gRPC sends the time that is left, rounded up by at most a hundredth,
// and the sending takes its time too.
constexpr int kShareOfRounding = 50;
constexpr std::chrono::milliseconds kTransit(20);

}  // namespace

absl::Status CallDeadline::Explain(const absl::Status& status, Time now) const {
  const auto slack = (deadline_ - began_) / kShareOfRounding + kTransit;
  if (!absl::IsCancelled(status) || now < deadline_ - slack) return status;
  return absl::DeadlineExceededError("the call's deadline has passed");
}

}  // namespace carousel
