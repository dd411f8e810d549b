#include "server/metrics_server.h"

#include <prometheus/exposer.h>

#include <chrono>
#include <exception>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace carousel {

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(
    const ListenAddress& listen) {
  try {
    auto exposer = std::make_unique<prometheus::Exposer>(listen.ToString());
    ListenAddress bound = listen;
    const std::vector<int> ports = exposer->GetListeningPorts();
    if (!ports.empty()) bound.port = ports.front();
    return std::unique_ptr<MetricsServer>(
        new MetricsServer(std::move(bound), std::move(exposer)));
  } catch (const std::exception&) {
    // It says "null context when constructing CivetServer" to everything.
    return ExplainListenFailure(listen);
  }
}

MetricsServer::MetricsServer(ListenAddress address,
                             std::unique_ptr<prometheus::Exposer> exposer)
    : address_(std::move(address)), exposer_(std::move(exposer)) {}

MetricsServer::~MetricsServer() {
  // The web server looks every two seconds whether it shall stop, and at every
  // connection.
  std::jthread waker([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      Knock(address_);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  exposer_.reset();
}

void MetricsServer::Add(
    const std::shared_ptr<prometheus::Collectable>& collectable) {
  exposer_->RegisterCollectable(collectable);
}

}  // namespace carousel
