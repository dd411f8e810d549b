// Answers GET /metrics, Prometheus' scrapes.
#ifndef CAROUSEL_SERVER_METRICS_SERVER_H_
#define CAROUSEL_SERVER_METRICS_SERVER_H_

#include <prometheus/collectable.h>

#include <memory>

#include "absl/status/statusor.h"
#include "server/listen_address.h"

namespace prometheus {
class Exposer;
}

namespace carousel {

// Serves until it is destroyed.
class MetricsServer {
 public:
  // UNAVAILABLE saying why when it cannot listen.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(
      const ListenAddress& listen);
  ~MetricsServer();

  // Shows what `collectable` has at each scrape, as long as it lives.
  void Add(const std::shared_ptr<prometheus::Collectable>& collectable);

  // With the port that was bound.
  const ListenAddress& address() const { return address_; }

 private:
  MetricsServer(ListenAddress address,
                std::unique_ptr<prometheus::Exposer> exposer);

  const ListenAddress address_;
  std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_METRICS_SERVER_H_
