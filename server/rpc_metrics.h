// How many calls, how long, how they ended.
#ifndef CAROUSEL_SERVER_RPC_METRICS_H_
#define CAROUSEL_SERVER_RPC_METRICS_H_

#include <grpcpp/support/status.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/mutex.h"

namespace carousel {

// "NOT_FOUND" for grpc::StatusCode::NOT_FOUND.
std::string GrpcCodeName(grpc::StatusCode code);

// "SentimentService/Predict" for "/carousel.v1.SentimentService/Predict";
// "other" for a method that no linked .proto file has: callers may ask for any
// name, and a label's values must be bounded.
std::string MethodLabel(std::string_view full_method);

// Thread-safe.
class RpcMetrics {
 public:
  // One method's series, found once a call.
  class Method {
   public:
    Method(RpcMetrics& metrics, std::string label);
    const std::string& label() const { return label_; }
    void Began() { in_flight_.Increment(); }
    void Ended(grpc::StatusCode code, double seconds) EXCLUDES(mutex_);

   private:
    prometheus::Counter& CounterFor(grpc::StatusCode code) EXCLUDES(mutex_);

    RpcMetrics& metrics_;
    const std::string label_;
    prometheus::Gauge& in_flight_;
    prometheus::Histogram& duration_;
    Mutex mutex_;
    std::map<grpc::StatusCode, prometheus::Counter*> codes_ GUARDED_BY(mutex_);
  };

  explicit RpcMetrics(prometheus::Registry& registry);

  // `full_method` as gRPC names it. Lives as long as the metrics.
  Method& ForMethod(std::string_view full_method) EXCLUDES(mutex_);

 private:
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& duration_;
  prometheus::Family<prometheus::Gauge>& in_flight_;
  Mutex mutex_;
  // By what gRPC calls them; those that are unknown, as one.
  std::map<std::string, std::unique_ptr<Method>, std::less<>> methods_
      GUARDED_BY(mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_RPC_METRICS_H_
