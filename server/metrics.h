// Everything that /metrics shows (names and labels: the contract's).
#ifndef CAROUSEL_SERVER_METRICS_H_
#define CAROUSEL_SERVER_METRICS_H_

#include <prometheus/registry.h>

#include <memory>
#include <string>

#include "core/base/clock.h"
#include "server/metric_labels.h"
#include "server/predict_metrics.h"
#include "server/rpc_metrics.h"
#include "server/training_metrics.h"

namespace carousel {

// What build_info says.
struct BuildInfo {
  std::string version;  // of Carousel
  std::string torch;
  std::string device;
};

// Thread-safe. Numbers that are looked up at a scrape are ScrapedMetrics.
class Metrics {
 public:
  // `clock` is not owned.
  Metrics(const BuildInfo& build, const Clock& clock);

  std::shared_ptr<prometheus::Registry> registry() const { return registry_; }
  ModelLabels& labels() { return labels_; }
  RpcMetrics& rpc() { return rpc_; }
  PredictMetrics& predict() { return predict_; }
  TrainingMetrics& training() { return training_; }

 private:
  const std::shared_ptr<prometheus::Registry> registry_;
  ModelLabels labels_;
  RpcMetrics rpc_;
  PredictMetrics predict_;
  TrainingMetrics training_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_METRICS_H_
