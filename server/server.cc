#include "server/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/engine/engine.h"
#include "server/common_translation.h"
#include "server/rpc_interceptor.h"
#include "server/watchdog.h"

namespace carousel {
namespace {

// 32 MiB of texts and what the message adds to them.
constexpr int kMaxReceiveBytes = 40 << 20;

// A client that vanished without a word is noticed after a minute and a half;
// one that watches a job may ask every ten seconds whether we are there.
constexpr int kKeepaliveTimeMs = 60 * 1000;
constexpr int kKeepaliveTimeoutMs = 30 * 1000;
constexpr int kMinClientPingMs = 10 * 1000;

// What closing takes after the drain, on any machine.
constexpr absl::Duration kCloseTime = absl::Seconds(10);

// Of the drain time, what running calls get; the rest is for breaking off.
constexpr double kCallShare = 0.8;

// Said now, not by the first job that fails.
absl::Status CheckWorker(const std::filesystem::path& binary) {
  if (access(binary.c_str(), X_OK) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the worker program ", binary.string(),
                   " is not there or cannot be run"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<CarouselServer>> CarouselServer::Create(
    const ServerOptions& options, EventLog& log) {
  RETURN_IF_ERROR(Validate(options));
  RETURN_IF_ERROR(CheckWorker(options.worker_binary));
  ASSIGN_OR_RETURN(std::string device, ResolveDevice(options.device));
  FlushDenormals();
  SetTorchThreads(options.threads);
  std::unique_ptr<CarouselServer> server(
      new CarouselServer(options, log, std::move(device)));
  ASSIGN_OR_RETURN(server->access_,
                   Access::Create(options, server->clock_, log));
  ASSIGN_OR_RETURN(server->backend_,
                   Backend::Open(options, server->device_, server->metrics_,
                                 server->clock_, log));
  return server;
}

CarouselServer::CarouselServer(const ServerOptions& options, EventLog& log,
                               std::string device)
    : options_(options),
      log_(log),
      clock_(Clock::Real()),
      device_(std::move(device)),
      started_at_(clock_.Now()),
      metrics_({.version = CAROUSEL_VERSION,
                .torch = TorchVersion(),
                .device = device_},
               clock_) {}

CarouselServer::~CarouselServer() { Shutdown(); }

std::string CarouselServer::metrics_address() const {
  return metrics_server_ == nullptr ? ""
                                    : metrics_server_->address().ToString();
}

absl::Status CarouselServer::Start() {
  ASSIGN_OR_RETURN(listen_, ListenAddress::Parse("--listen", options_.listen));
  RETURN_IF_ERROR(StartMetrics());
  // Before a worker is started for nothing.
  RETURN_IF_ERROR(WithContext(CheckListen(listen_), "--listen"));
  RETURN_IF_ERROR(backend_->Start());
  RETURN_IF_ERROR(StartGrpc());
  access_->LogExposure(listen_);
  log_.Info("serving", {{"address", address()},
                        {"metrics_address", metrics_address()},
                        {"data_dir", options_.data_dir.string()},
                        {"device", device_},
                        {"engine", options_.engine}});
  return absl::OkStatus();
}

absl::Status CarouselServer::StartMetrics() {
  ASSIGN_OR_RETURN(
      const ListenAddress listen,
      ListenAddress::Parse("--metrics_listen", options_.metrics_listen));
  auto metrics_server = MetricsServer::Start(listen);
  if (!metrics_server.ok()) {
    return WithContext(metrics_server.status(), "--metrics_listen");
  }
  metrics_server_ = *std::move(metrics_server);
  scraped_metrics_ = std::make_shared<ScrapedMetrics>(
      ScrapeSources{
          .jobs = [this] { return backend_->jobs().CountByState(); },
          .model_versions = [this] { return backend_->CountVersions(); },
          .predict_queue_depth =
              [this] { return backend_->predictor().queue_depth(); },
          .data_dir = options_.data_dir,
          .device = device_},
      metrics_.labels());
  metrics_server_->Add(metrics_.registry());
  metrics_server_->Add(scraped_metrics_);
  return absl::OkStatus();
}

ServiceSettings CarouselServer::MakeServiceSettings() const {
  ServiceSettings settings;
  settings.engine = ParseEngine(options_.engine).value();  // validated
  settings.max_upload_bytes = options_.max_upload_bytes;
  settings.info.set_version(CAROUSEL_VERSION);
  settings.info.set_torch(TorchVersion());
  settings.info.set_device(device_);
  settings.info.set_engine(options_.engine);
  settings.info.set_train_slots(options_.train_slots);
  *settings.info.mutable_started_at() = ToProto(started_at_);
  settings.info.set_metrics_address(metrics_address());
  return settings;
}

absl::Status CarouselServer::StartGrpc() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  services_.emplace(MakeServiceSettings(), access_->authorizer(), *backend_,
                    metrics_, gate_, log_);
  // Health answers from the first moment, so where the port is known the files
  // come first; where it is not, nobody can ask before they are there.
  const bool port_is_known = listen_.port != 0;
  if (port_is_known) RETURN_IF_ERROR(WriteAddresses());
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(listen_.ToString(), access_->credentials(), &port);
  Configure(builder);
  grpc_ = builder.BuildAndStart();
  if (grpc_ == nullptr || port == 0) {
    return WithContext(ExplainListenFailure(listen_), "--listen");
  }
  listen_.port = port;
  if (!port_is_known) RETURN_IF_ERROR(WriteAddresses());
  Services::SetServing(*grpc_->GetHealthCheckService(), true);
  return absl::OkStatus();
}

void CarouselServer::Configure(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxReceiveBytes);
  // Two servers on one port would share its calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                             kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinClientPingMs);
  std::vector<
      std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>
      interceptors;
  interceptors.push_back(std::make_unique<RpcInterceptorFactory>(
      RpcObservers{.metrics = metrics_.rpc(),
                   .gate = gate_,
                   .authorizer = access_->authorizer(),
                   .log = log_,
                   .clock = clock_}));
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  services_->Register(builder);
}

absl::Status CarouselServer::WriteAddresses() {
  ASSIGN_OR_RETURN(
      address_file_,
      AddressFile::Create(options_.data_dir / "address", address()));
  ASSIGN_OR_RETURN(metrics_address_file_,
                   AddressFile::Create(options_.data_dir / "metrics_address",
                                       metrics_address()));
  return absl::OkStatus();
}

void CarouselServer::Shutdown() {
  gate_.Close();
  // As long as health says SERVING, the files are there.
  if (grpc_ != nullptr) {
    Services::SetServing(*grpc_->GetHealthCheckService(), false);
  }
  address_file_.reset();
  metrics_address_file_.reset();
  if (backend_ == nullptr) return;
  const Watchdog watchdog(clock_.SteadyNow() + absl::ToChronoNanoseconds(
                                                   options_.drain + kCloseTime),
                          [this] { GiveUp(); });
  // The workers have their own time to stop, beside the calls.
  std::thread jobs([this] { backend_->StopJobs(); });
  if (grpc_ != nullptr) {
    const auto deadline = clock_.SteadyNow() + absl::ToChronoNanoseconds(
                                                   options_.drain * kCallShare);
    if (!gate_.WaitUntilIdle(deadline)) {
      log_.Warn("drain_time_over",
                {{"message", "what still runs is broken off"}});
    }
    grpc_->Shutdown(std::chrono::system_clock::now());
    grpc_->Wait();
  }
  jobs.join();
  // After the lines of the jobs that it stopped.
  if (grpc_ != nullptr) log_.Info("stopped", {});
  metrics_server_.reset();
  grpc_.reset();
  services_.reset();
  backend_.reset();
}

void CarouselServer::GiveUp() const {
  log_.Critical(
      "gave_up",
      {{"message",
        absl::StrCat("a call or a worker did not let go ",
                     absl::FormatDuration(kCloseTime),
                     " after the drain; the process ends, and its jobs go on "
                     "at the next start")}});
  log_.Flush();
  std::_Exit(128 + SIGTERM);
}

}  // namespace carousel
