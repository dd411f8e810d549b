// The whole server: from options to a port that answers, and down again.
#ifndef CAROUSEL_SERVER_SERVER_H_
#define CAROUSEL_SERVER_SERVER_H_

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "logging/event_log.h"
#include "server/access.h"
#include "server/address_file.h"
#include "server/backend.h"
#include "server/drain_gate.h"
#include "server/listen_address.h"
#include "server/metrics.h"
#include "server/metrics_server.h"
#include "server/options.h"
#include "server/scraped_metrics.h"
#include "server/services.h"

namespace carousel {

// Start and Shutdown once each, from one thread; the addresses in between.
class CarouselServer {
 public:
  // Checks the options and the files of keys and certificates
  // (INVALID_ARGUMENT), opens the data folder
  // (FAILED_PRECONDITION while another server has it) and loads the labelled
  // models. LibTorch's threads are set for the whole process. `log` is not
  // owned.
  static absl::StatusOr<std::unique_ptr<CarouselServer>> Create(
      const ServerOptions& options, EventLog& log);
  // Shuts down when that has not been done.
  ~CarouselServer();
  CarouselServer(const CarouselServer&) = delete;
  CarouselServer& operator=(const CarouselServer&) = delete;

  // Listens (UNAVAILABLE saying why it cannot), serves, and runs jobs. When it
  // returns OK, health says SERVING and the data folder holds the addresses.
  absl::Status Start();

  // Refuses new calls (UNAVAILABLE, health NOT_SERVING) while the running ones
  // finish and the workers stop; what is not done within the drain time is
  // broken off. Jobs stay QUEUED. What holds on even then ends the process, as
  // a second signal does: a stop that never comes is worse, and jobs survive
  // it.
  void Shutdown();

  // Reads the files of keys and certificates now, and not in some seconds.
  // From any thread, after Create and before Shutdown.
  void ReloadAccess() { access_->Reload(); }

  // "host:port", with the ports that were bound.
  std::string address() const { return listen_.ToString(); }
  std::string metrics_address() const;

 private:
  CarouselServer(const ServerOptions& options, EventLog& log,
                 std::string device);

  absl::Status StartMetrics();
  absl::Status StartGrpc();
  void Configure(grpc::ServerBuilder& builder);
  absl::Status WriteAddresses();
  ServiceSettings MakeServiceSettings() const;
  [[noreturn]] void GiveUp() const;

  const ServerOptions options_;
  EventLog& log_;
  const Clock& clock_;
  const std::string device_;
  const absl::Time started_at_;
  ListenAddress listen_;
  DrainGate gate_;
  Metrics metrics_;
  // What is below is used by what follows it.
  std::unique_ptr<Access> access_;
  std::unique_ptr<Backend> backend_;
  std::optional<Services> services_;
  std::unique_ptr<grpc::Server> grpc_;
  std::shared_ptr<ScrapedMetrics> scraped_metrics_;
  std::unique_ptr<MetricsServer> metrics_server_;
  std::unique_ptr<AddressFile> address_file_;
  std::unique_ptr<AddressFile> metrics_address_file_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_SERVER_H_
