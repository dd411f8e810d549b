// A unary call whose answer is made on another thread than gRPC's own.
#ifndef CAROUSEL_SERVER_UNARY_CALL_H_
#define CAROUSEL_SERVER_UNARY_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <stop_token>

#include "absl/status/status.h"
#include "core/base/executor.h"
#include "server/call_end.h"
#include "server/drain_gate.h"

namespace carousel {

// Runs `work`. What it throws (memory that runs out) becomes the end of its
// call, not of the server.
absl::Status RunGuarded(const std::function<absl::Status()>& work);

// Deletes itself once gRPC is done with it.
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  explicit UnaryCall(grpc::CallbackServerContext& context) : end_(context) {}

  // Asked to stop when the caller goes away or its deadline passes. Outlives
  // the call.
  std::stop_token stop_token() const { return stop_.get_token(); }

  // Where the time of the call goes.
  ServerTiming& timing() { return end_.timing(); }

  // Ends the call. Exactly once, from any thread; the request, the response
  // and the call itself may be gone when it returns.
  void Complete(const absl::Status& status);

 private:
  void OnCancel() override { stop_.request_stop(); }
  void OnDone() override { delete this; }

  CallEnd end_;
  std::stop_source stop_;
};

// Makes the adapters' methods short: admits a call and runs its body.
class UnaryRunner {
 public:
  using Body = std::function<absl::Status(const std::stop_token& stop)>;

  // Nothing is owned. `gate` must have been told of the call.
  UnaryRunner(Executor& executor, const DrainGate& gate)
      : executor_(executor), gate_(gate) {}

  // Runs `body` on the executor, in the call's LogContext, and ends the call
  // with its status; a caller who left before its turn came costs nothing. A
  // call that is not `authorized`, or comes while the server drains, ends with
  // that.
  grpc::ServerUnaryReactor* Run(const absl::Status& authorized,
                                grpc::CallbackServerContext& context,
                                Body body) const;

  // The same for work that ends by itself: `begin` gets the call, and has it
  // completed some time later.
  grpc::ServerUnaryReactor* RunAsync(
      const absl::Status& authorized, grpc::CallbackServerContext& context,
      const std::function<void(UnaryCall* call)>& begin) const;

 private:
  Executor& executor_;
  const DrainGate& gate_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_UNARY_CALL_H_
