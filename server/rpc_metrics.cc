#include "server/rpc_metrics.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"

namespace carousel {
namespace {

// From a single short text on a warm model to an evaluation of minutes.
const prometheus::Histogram::BucketBoundaries kDurationBuckets = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
    1,     2.5,    5,     10,   30,    60,   300, 1800};

constexpr char kOtherMethod[] = "other";

// Whether "package.Service/Method" is in a .proto file of this program.
bool IsKnown(std::string_view method) {
  std::string name(method);
  std::ranges::replace(name, '/', '.');
  return google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
             name) != nullptr;
}

}  // namespace

std::string GrpcCodeName(grpc::StatusCode code) {
  // The codes of Abseil and gRPC are the same numbers.
  return absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
}

std::string MethodLabel(std::string_view full_method) {
  if (full_method.starts_with('/')) full_method.remove_prefix(1);
  if (!IsKnown(full_method)) return kOtherMethod;
  const std::size_t slash = full_method.rfind('/');
  const std::size_t dot = full_method.substr(0, slash).rfind('.');
  if (dot != std::string_view::npos) full_method.remove_prefix(dot + 1);
  return std::string(full_method);
}

RpcMetrics::RpcMetrics(prometheus::Registry& registry)
    : requests_(prometheus::BuildCounter()
                    .Name("carousel_rpc_requests_total")
                    .Help("Finished calls")
                    .Register(registry)),
      duration_(prometheus::BuildHistogram()
                    .Name("carousel_rpc_duration_seconds")
                    .Help("From a call's arrival to its status")
                    .Register(registry)),
      in_flight_(prometheus::BuildGauge()
                     .Name("carousel_rpc_in_flight")
                     .Help("Calls that have not been answered yet")
                     .Register(registry)) {}

RpcMetrics::Method& RpcMetrics::ForMethod(std::string_view full_method) {
  MutexLock lock(mutex_);
  const auto found = methods_.find(full_method);
  if (found != methods_.end()) return *found->second;
  const std::string label = MethodLabel(full_method);
  std::unique_ptr<Method>& method =
      methods_[label == kOtherMethod ? label : std::string(full_method)];
  if (method == nullptr) method = std::make_unique<Method>(*this, label);
  return *method;
}

RpcMetrics::Method::Method(RpcMetrics& metrics, std::string label)
    : metrics_(metrics),
      label_(std::move(label)),
      in_flight_(metrics.in_flight_.Add({{"method", label_}})),
      duration_(metrics.duration_.Add({{"method", label_}}, kDurationBuckets)) {
}

prometheus::Counter& RpcMetrics::Method::CounterFor(grpc::StatusCode code) {
  MutexLock lock(mutex_);
  prometheus::Counter*& counter = codes_[code];
  if (counter == nullptr) {
    counter = &metrics_.requests_.Add(
        {{"method", label_}, {"code", GrpcCodeName(code)}});
  }
  return *counter;
}

void RpcMetrics::Method::Ended(grpc::StatusCode code, double seconds) {
  CounterFor(code).Increment();
  duration_.Observe(seconds);
  in_flight_.Decrement();
}

}  // namespace carousel
