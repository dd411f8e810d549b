#include "client/client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/call.h"
#include "client/grpc_status.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

constexpr int kMaxMessageBytes = 64 << 20;

constexpr char kKeyHeader[] = "authorization";

std::shared_ptr<grpc::ChannelCredentials> MakeCredentials(
    const std::optional<TlsOptions>& tls) {
  if (!tls.has_value()) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials({.pem_root_certs = tls->root_certificates,
                               .pem_private_key = tls->private_key,
                               .pem_cert_chain = tls->certificate});
}

std::shared_ptr<grpc::Channel> Connect(const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  // A watch waits for a server that starts again; gRPC's own pause between
  // attempts grows to two minutes otherwise.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
  // Notices a machine that vanished under a long call. Servers take pings more
  // frequent than every five minutes for abuse.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 6 * 60 * 1000);
  // An http_proxy in the environment is meant for the web, not for a server
  // that is named by its address.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(options.address,
                                   MakeCredentials(options.tls), arguments);
}

}  // namespace

Client::Client(const ClientOptions& options)
    : Client(options, Connect(options)) {}

Client::Client(std::string address)
    : Client(ClientOptions{.address = std::move(address)}) {}

Client::Client(const ClientOptions& options,
               const std::shared_ptr<grpc::Channel>& channel)
    : address_(options.address),
      key_(options.key),
      admin_(v1::AdminService::NewStub(channel)),
      analysis_(v1::AnalysisService::NewStub(channel)),
      datasets_(v1::DatasetService::NewStub(channel)),
      health_(grpc::health::v1::Health::NewStub(channel)),
      models_(v1::ModelService::NewStub(channel)),
      sentiment_(v1::SentimentService::NewStub(channel)),
      server_(v1::ServerService::NewStub(channel)),
      training_(v1::TrainingService::NewStub(channel)) {}

// gRPC's own call credentials would insist on TLS, which a server on loopback
// need not have.
void Client::Authenticate(grpc::ClientContext& context) const {
  if (!key_.empty()) context.AddMetadata(kKeyHeader, "Bearer " + key_);
}

absl::Status Client::ToStatus(const grpc::Status& status) const {
  absl::Status result = FromGrpcStatus(status);
  // A server that refuses says why in its details; without them it is the
  // transport that speaks.
  if (absl::IsUnavailable(result) && GetReason(result).empty()) {
    return WithReason(absl::UnavailableError(
                          absl::StrCat("cannot reach the server at ", address_,
                                       " (", status.error_message(), ")")),
                      kUnreachable);
  }
  if (absl::IsDeadlineExceeded(result) && status.error_details().empty()) {
    return absl::DeadlineExceededError(absl::StrCat(
        "the server at ", address_, " did not finish in the time given"));
  }
  return result;
}

absl::StatusOr<v1::PredictResponse> Client::Predict(
    const v1::PredictRequest& request, const CallOptions& options) const {
  return Call(*this, *sentiment_, &v1::SentimentService::StubInterface::Predict,
              request, options);
}

absl::StatusOr<v1::Evaluation> Client::Evaluate(
    const v1::EvaluateRequest& request, const CallOptions& options) const {
  ASSIGN_OR_RETURN(
      v1::EvaluateResponse response,
      Call(*this, *sentiment_, &v1::SentimentService::StubInterface::Evaluate,
           request, options));
  return std::move(*response.mutable_evaluation());
}

absl::StatusOr<v1::EmbeddingProjection> Client::GetEmbeddingProjection(
    const v1::GetEmbeddingProjectionRequest& request,
    const CallOptions& options) const {
  ASSIGN_OR_RETURN(
      v1::GetEmbeddingProjectionResponse response,
      Call(*this, *sentiment_,
           &v1::SentimentService::StubInterface::GetEmbeddingProjection,
           request, options));
  return std::move(*response.mutable_projection());
}

absl::StatusOr<v1::GetNeighboursResponse> Client::GetNeighbours(
    const v1::GetNeighboursRequest& request, const CallOptions& options) const {
  return Call(*this, *analysis_,
              &v1::AnalysisService::StubInterface::GetNeighbours, request,
              options);
}

absl::StatusOr<v1::ServerInfo> Client::GetServerInfo(
    const CallOptions& options) const {
  ASSIGN_OR_RETURN(
      v1::GetServerInfoResponse response,
      Call(*this, *server_, &v1::ServerService::StubInterface::GetServerInfo,
           v1::GetServerInfoRequest(), options));
  return std::move(*response.mutable_server());
}

absl::StatusOr<v1::LogLevel> Client::GetLogLevel(
    const CallOptions& options) const {
  ASSIGN_OR_RETURN(
      const v1::GetLogLevelResponse response,
      Call(*this, *admin_, &v1::AdminService::StubInterface::GetLogLevel,
           v1::GetLogLevelRequest(), options));
  return response.level();
}

absl::StatusOr<v1::LogLevel> Client::SetLogLevel(
    v1::LogLevel level, const CallOptions& options) const {
  v1::SetLogLevelRequest request;
  request.set_level(level);
  ASSIGN_OR_RETURN(
      const v1::SetLogLevelResponse response,
      Call(*this, *admin_, &v1::AdminService::StubInterface::SetLogLevel,
           request, options));
  return response.previous_level();
}

absl::StatusOr<grpc::health::v1::HealthCheckResponse> Client::CheckHealth(
    const CallOptions& options) const {
  return Call(*this, *health_, &grpc::health::v1::Health::StubInterface::Check,
              grpc::health::v1::HealthCheckRequest(), options);
}

}  // namespace carousel::client
