#include "server/rpc_interceptor.h"

#include <chrono>
#include <map>
#include <string_view>

#include "logging/log_context.h"
#include "server/call_context.h"
#include "server/server_timing.h"

namespace carousel {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

// Our own services are waited for when draining, which a health or reflection
// stream would never end, and logged, which probes would only fill.
bool IsOurs(std::string_view full_method) {
  return full_method.starts_with("/carousel.");
}

// Lives as long as its call, the last byte of the answer included.
class RpcInterceptor final : public grpc::experimental::Interceptor {
 public:
  RpcInterceptor(const RpcObservers& observers, ServerRpcInfo& info)
      : observers_(observers),
        method_(observers.metrics.ForMethod(info.method())),
        context_(*info.server_context()),
        ours_(IsOurs(info.method())),
        began_(observers.clock.SteadyNow()) {
    method_.Began();
    if (ours_) observers_.gate.CallBegan();
  }

  ~RpcInterceptor() override {
    // A call that broke off before it had a status.
    if (!concluded_) Conclude(grpc::StatusCode::CANCELLED, {});
    if (ours_) observers_.gate.CallEnded();
  }

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      OnReceivedMetadata(*methods->GetRecvInitialMetadata());
    }
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->emplace(kRequestIdKey,
                                                 identity_.request_id());
    }
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::PRE_SEND_STATUS)) {
      Conclude(methods->GetSendStatus().error_code(),
               *methods->GetSendTrailingMetadata());
    }
    methods->Proceed();
  }

 private:
  void OnReceivedMetadata(CallMetadata& metadata) {
    identity_.Establish(metadata);
    peer_ = context_.peer();
    // The log's own look: methods decide for themselves.
    if (ours_) caller_ = observers_.authorizer.CallerName(metadata);
  }

  void Conclude(grpc::StatusCode code,
                const std::multimap<std::string, std::string>& trailers) {
    concluded_ = true;
    const std::chrono::duration<double> elapsed =
        observers_.clock.SteadyNow() - began_;
    method_.Ended(code, elapsed.count());
    // Whoever ends a call may be at another's work, or at nobody's.
    const ScopedLogContext scope(identity_.log_context());
    const auto timing = trailers.find(kServerTimingKey);
    observers_.log.Write(
        ours_ ? LogLevel::info : LogLevel::debug, "rpc",
        {{"method", method_.label()},
         {"code", GrpcCodeName(code)},
         {"seconds", elapsed.count()},
         {"timing", timing == trailers.end() ? "-" : timing->second},
         {"peer", peer_},
         {"caller", caller_.empty() ? "-" : caller_}});
  }

  const RpcObservers& observers_;
  RpcMetrics::Method& method_;
  const grpc::ServerContextBase& context_;
  const bool ours_;
  const std::chrono::steady_clock::time_point began_;
  CallIdentity identity_;
  std::string peer_;
  std::string caller_;  // the name of its key
  bool concluded_ = false;
};

}  // namespace

grpc::experimental::Interceptor* RpcInterceptorFactory::CreateServerInterceptor(
    ServerRpcInfo* info) {
  return new RpcInterceptor(observers_, *info);
}

}  // namespace carousel
