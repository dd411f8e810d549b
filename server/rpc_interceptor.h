// Sees every call come and go: its identity, metrics, a log line, the count
// that draining waits for.
#ifndef CAROUSEL_SERVER_RPC_INTERCEPTOR_H_
#define CAROUSEL_SERVER_RPC_INTERCEPTOR_H_

#include <grpcpp/support/server_interceptor.h>

#include "core/base/clock.h"
#include "logging/event_log.h"
#include "server/authorizer.h"
#include "server/drain_gate.h"
#include "server/rpc_metrics.h"

namespace carousel {

// What the calls are told to. Nothing is owned; must outlive the server.
struct RpcObservers {
  RpcMetrics& metrics;
  DrainGate& gate;
  const Authorizer& authorizer;
  const EventLog& log;
  const Clock& clock;
};

class RpcInterceptorFactory final
    : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit RpcInterceptorFactory(const RpcObservers& observers)
      : observers_(observers) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override;

 private:
  const RpcObservers observers_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_RPC_INTERCEPTOR_H_
