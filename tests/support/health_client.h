// grpc.health.v1.Health as a client sees it. Debian has no stub for it.
#ifndef CAROUSEL_TESTS_SUPPORT_HEALTH_CLIENT_H_
#define CAROUSEL_TESTS_SUPPORT_HEALTH_CLIENT_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "grpc/health/v1/health.pb.h"
#include "gtest/gtest.h"

namespace carousel {

using HealthStub =
    grpc::TemplatedGenericStub<grpc::health::v1::HealthCheckRequest,
                               grpc::health::v1::HealthCheckResponse>;

class HealthClient {
 public:
  explicit HealthClient(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(channel) {}

  // An error is written to `status`; where that is null, it fails the test.
  grpc::health::v1::HealthCheckResponse Check(const std::string& service,
                                              grpc::Status* status = nullptr) {
    grpc::ClientContext context;
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    grpc::health::v1::HealthCheckResponse response;
    std::promise<grpc::Status> done;
    stub_.UnaryCall(
        &context, "/grpc.health.v1.Health/Check", {}, &request, &response,
        [&done](grpc::Status end) { done.set_value(std::move(end)); });
    const grpc::Status end = done.get_future().get();
    if (status != nullptr) {
      *status = end;
    } else {
      EXPECT_TRUE(end.ok()) << end.error_message();
    }
    return response;
  }

 private:
  HealthStub stub_;
};

// A Watch of one service. Not thread-safe.
class HealthWatch {
 public:
  HealthWatch(const std::shared_ptr<grpc::Channel>& channel,
              const std::string& service)
      : stub_(channel),
        call_(stub_.PrepareCall(&context_, "/grpc.health.v1.Health/Watch",
                                &queue_)) {
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    call_->StartCall(nullptr);
    EXPECT_TRUE(Wait());
    call_->WriteLast(request, {}, nullptr);
    EXPECT_TRUE(Wait());
  }
  ~HealthWatch() {
    context_.TryCancel();
    grpc::Status status;
    call_->Finish(&status, nullptr);
    Wait();
  }
  HealthWatch(const HealthWatch&) = delete;
  HealthWatch& operator=(const HealthWatch&) = delete;

  // Waits for the next change; UNKNOWN when the watch is over.
  grpc::health::v1::HealthCheckResponse::ServingStatus Next() {
    grpc::health::v1::HealthCheckResponse response;
    call_->Read(&response, nullptr);
    if (!Wait()) return grpc::health::v1::HealthCheckResponse::UNKNOWN;
    return response.status();
  }

 private:
  bool Wait() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  HealthStub stub_;
  const std::unique_ptr<
      grpc::ClientAsyncReaderWriter<grpc::health::v1::HealthCheckRequest,
                                    grpc::health::v1::HealthCheckResponse>>
      call_;
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_HEALTH_CLIENT_H_
