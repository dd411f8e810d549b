// A unary call that a test lets run beside itself.
#ifndef CAROUSEL_TESTS_SUPPORT_PENDING_CALL_H_
#define CAROUSEL_TESTS_SUPPORT_PENDING_CALL_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <functional>
#include <future>
#include <utility>

namespace carousel {

template <typename Request, typename Response>
class PendingCall {
 public:
  PendingCall() = default;
  // Cancels what still runs.
  ~PendingCall() {
    context_.TryCancel();
    if (result_.valid()) result_.wait();
  }
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;

  grpc::ClientContext& context() { return context_; }
  Request& request() { return request_; }

  // `async` is a stub's async(), `method` one of its unary methods that take a
  // function. Once.
  template <typename Async>
  void Start(Async* async,
             void (Async::*method)(grpc::ClientContext*, const Request*,
                                   Response*,
                                   std::function<void(grpc::Status)>)) {
    result_ = done_.get_future().share();
    (async->*method)(
        &context_, &request_, &response_,
        [this](grpc::Status status) { done_.set_value(std::move(status)); });
  }

  bool is_over() const {
    return result_.wait_for(std::chrono::seconds(0)) ==
           std::future_status::ready;
  }
  grpc::Status Wait() { return result_.get(); }

 private:
  grpc::ClientContext context_;
  Request request_;
  Response response_;
  std::promise<grpc::Status> done_;
  std::shared_future<grpc::Status> result_;
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_PENDING_CALL_H_
