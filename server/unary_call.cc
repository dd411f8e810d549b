#include "server/unary_call.h"

#include <exception>
#include <new>
#include <utility>

#include "logging/log_context.h"
#include "server/call_context.h"

namespace carousel {

absl::Status RunGuarded(const std::function<absl::Status()>& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("the server is out of memory");
  } catch (const std::exception& error) {
    return absl::InternalError(error.what());
  }
}

void UnaryCall::Complete(const absl::Status& status) {
  Finish(end_.Conclude(status));
}

grpc::ServerUnaryReactor* UnaryRunner::Run(const absl::Status& authorized,
                                           grpc::CallbackServerContext& context,
                                           Body body) const {
  return RunAsync(authorized, context, [&](UnaryCall* call) {
    executor_.Run([call, body = std::move(body)] {
      const std::stop_token stop = call->stop_token();
      call->timing().Lap("queue");
      const absl::Status status = stop.stop_requested()
                                      ? absl::CancelledError("the caller left")
                                      : RunGuarded([&] { return body(stop); });
      call->timing().Lap("work");
      call->Complete(status);
    });
  });
}

grpc::ServerUnaryReactor* UnaryRunner::RunAsync(
    const absl::Status& authorized, grpc::CallbackServerContext& context,
    const std::function<void(UnaryCall* call)>& begin) const {
  auto* call = new UnaryCall(context);
  absl::Status admitted = authorized;
  admitted.Update(gate_.Admit());
  if (admitted.ok()) {
    const ScopedLogContext scope(LogContextOf(OriginOf(context)));
    begin(call);
  } else {
    call->Complete(admitted);
  }
  return call;
}

}  // namespace carousel
