#include "server/rpc_interceptor.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <random>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace carousel {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

// What is longer is no id, and would fill the log.
constexpr std::size_t kMaxRequestIdBytes = 128;

// A space would let an id pass for more fields of its log line.
bool IsRequestId(const grpc::string_ref& text) {
  return !text.empty() && text.size() <= kMaxRequestIdBytes &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c <= '~'; });
}

// 16 hexadecimal digits that no other call of any server is likely to have.
std::string MakeRequestId() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return absl::StrCat(absl::Hex(generator(), absl::kZeroPad16));
}

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
    if (!concluded_) Conclude(grpc::StatusCode::CANCELLED);
    if (ours_) observers_.gate.CallEnded();
  }

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      OnReceivedMetadata(*methods->GetRecvInitialMetadata());
    }
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->emplace(kRequestIdKey, request_id_);
    }
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::PRE_SEND_STATUS)) {
      Conclude(methods->GetSendStatus().error_code());
    }
    methods->Proceed();
  }

 private:
  // Leaves the id where RequestId() finds it; the map refers to request_id_.
  void OnReceivedMetadata(
      std::multimap<grpc::string_ref, grpc::string_ref>& metadata) {
    const auto given = metadata.find(kRequestIdKey);
    if (given != metadata.end() && IsRequestId(given->second)) {
      request_id_.assign(given->second.data(), given->second.size());
    } else {
      request_id_ = MakeRequestId();
    }
    metadata.erase(kRequestIdKey);
    metadata.emplace(kRequestIdKey, request_id_);
    peer_ = context_.peer();
    // The log's own look: methods decide for themselves.
    if (ours_) caller_ = observers_.authorizer.CallerName(metadata);
  }

  void Conclude(grpc::StatusCode code) {
    concluded_ = true;
    const std::chrono::duration<double> elapsed =
        observers_.clock.SteadyNow() - began_;
    method_.Ended(code, elapsed.count());
    observers_.log->log(
        ours_ ? spdlog::level::info : spdlog::level::debug,
        "rpc method={} code={} seconds={:.6f} request_id={} peer={} "
        "caller={}",
        method_.label(), GrpcCodeName(code), elapsed.count(), request_id_,
        peer_, caller_.empty() ? "-" : caller_);
  }

  const RpcObservers& observers_;
  RpcMetrics::Method& method_;
  const grpc::ServerContextBase& context_;
  const bool ours_;
  const std::chrono::steady_clock::time_point began_;
  std::string request_id_;
  std::string peer_;
  std::string caller_;  // the name of its key
  bool concluded_ = false;
};

}  // namespace

std::string RequestId(const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(kRequestIdKey);
  if (found == metadata.end()) return "";
  return std::string(found->second.data(), found->second.size());
}

grpc::experimental::Interceptor* RpcInterceptorFactory::CreateServerInterceptor(
    ServerRpcInfo* info) {
  return new RpcInterceptor(observers_, *info);
}

}  // namespace carousel
