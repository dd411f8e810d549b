// Numbers that are looked up when Prometheus asks, not when they change.
#ifndef CAROUSEL_SERVER_SCRAPED_METRICS_H_
#define CAROUSEL_SERVER_SCRAPED_METRICS_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/records.h"
#include "server/metric_labels.h"
#include "server/process_statistics.h"

namespace carousel {

// Where the numbers come from. What fails is left out of that scrape.
struct ScrapeSources {
  std::function<absl::StatusOr<std::array<std::int64_t, kJobStates>>()> jobs;
  // Versions by model.
  std::function<absl::StatusOr<std::map<std::string, std::int64_t>>()>
      model_versions;
  std::function<std::size_t()> predict_queue_depth;
  std::filesystem::path data_dir;
  std::string device;  // as ResolveDevice gives it
};

// Thread-safe as far as its sources are.
class ScrapedMetrics final : public prometheus::Collectable {
 public:
  // `labels` is not owned.
  ScrapedMetrics(ScrapeSources sources, ModelLabels& labels);

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  void CollectJobs(std::vector<prometheus::MetricFamily>& families) const;
  void CollectModels(std::vector<prometheus::MetricFamily>& families) const;
  void CollectDisk(std::vector<prometheus::MetricFamily>& families) const;
  void CollectMemory(const absl::StatusOr<ProcessStatistics>& statistics,
                     std::vector<prometheus::MetricFamily>& families) const;

  const ScrapeSources sources_;
  ModelLabels& labels_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_SCRAPED_METRICS_H_
