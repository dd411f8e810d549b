#include "server/metrics.h"

#include <prometheus/gauge.h>

namespace carousel {

Metrics::Metrics(const BuildInfo& build, const Clock& clock)
    : registry_(std::make_shared<prometheus::Registry>()),
      rpc_(*registry_),
      predict_(*registry_, labels_),
      training_(*registry_, clock) {
  prometheus::BuildGauge()
      .Name("carousel_build_info")
      .Help("Always 1: what runs")
      .Register(*registry_)
      .Add({{"version", build.version},
            {"torch", build.torch},
            {"device", build.device}})
      .Set(1);
}

}  // namespace carousel
