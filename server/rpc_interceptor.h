// Sees every call come and go: request ids, metrics, a log line, the count
// that draining waits for.
#ifndef CAROUSEL_SERVER_RPC_INTERCEPTOR_H_
#define CAROUSEL_SERVER_RPC_INTERCEPTOR_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_interceptor.h>
#include <spdlog/logger.h>

#include <memory>
#include <string>

#include "core/base/clock.h"
#include "server/authorizer.h"
#include "server/drain_gate.h"
#include "server/rpc_metrics.h"

namespace carousel {

// The metadata key under which a caller names its call and the answer repeats
// the name; a call that comes without one gets one made up.
inline constexpr char kRequestIdKey[] = "x-request-id";

// The id of a call, made up or not, inside a handler.
std::string RequestId(const grpc::CallbackServerContext& context);

// What the calls are told to. Nothing is owned; must outlive the server.
struct RpcObservers {
  RpcMetrics& metrics;
  DrainGate& gate;
  const Authorizer& authorizer;
  std::shared_ptr<spdlog::logger> log;
  const Clock& clock;
};

class RpcInterceptorFactory final
    : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit RpcInterceptorFactory(RpcObservers observers)
      : observers_(std::move(observers)) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override;

 private:
  const RpcObservers observers_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_RPC_INTERCEPTOR_H_
