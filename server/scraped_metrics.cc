#include "server/scraped_metrics.h"

#include <system_error>
#include <utility>

#include "core/engine/device_memory.h"

namespace carousel {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

// A family that gets its values one by one.
class FamilyBuilder {
 public:
  FamilyBuilder(const char* name, const char* help,
                MetricType type = MetricType::Gauge) {
    family_.name = name;
    family_.help = help;
    family_.type = type;
  }

  FamilyBuilder& Add(double value, Labels labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    metric.counter.value = value;
    family_.metric.push_back(std::move(metric));
    return *this;
  }

  MetricFamily Build() { return std::move(family_); }

 private:
  MetricFamily family_;
};

MetricFamily One(const char* name, const char* help, double value,
                 MetricType type = MetricType::Gauge) {
  return FamilyBuilder(name, help, type).Add(value).Build();
}

void CollectProcess(const absl::StatusOr<ProcessStatistics>& statistics,
                    std::vector<MetricFamily>& families) {
  if (!statistics.ok()) return;
  families.push_back(One("process_cpu_seconds_total", "User and system time",
                         statistics->cpu_seconds, MetricType::Counter));
  families.push_back(One("process_resident_memory_bytes", "Resident memory",
                         static_cast<double>(statistics->resident_bytes)));
  families.push_back(One("process_virtual_memory_bytes", "Virtual memory",
                         static_cast<double>(statistics->virtual_bytes)));
  families.push_back(One("process_open_fds", "Open file descriptors",
                         static_cast<double>(statistics->open_files)));
  families.push_back(One("process_max_fds", "Limit on open file descriptors",
                         static_cast<double>(statistics->max_files)));
  families.push_back(One("process_start_time_seconds",
                         "When the process started, in Unix time",
                         statistics->start_time));
}

}  // namespace

ScrapedMetrics::ScrapedMetrics(ScrapeSources sources, ModelLabels& labels)
    : sources_(std::move(sources)), labels_(labels) {}

std::vector<MetricFamily> ScrapedMetrics::Collect() const {
  std::vector<MetricFamily> families;
  CollectJobs(families);
  CollectModels(families);
  CollectDisk(families);
  const absl::StatusOr<ProcessStatistics> statistics = ReadProcessStatistics();
  CollectMemory(statistics, families);
  CollectProcess(statistics, families);
  families.push_back(One("carousel_predict_queue_depth",
                         "Texts waiting for a batch",
                         static_cast<double>(sources_.predict_queue_depth())));
  return families;
}

void ScrapedMetrics::CollectJobs(std::vector<MetricFamily>& families) const {
  const auto counts = sources_.jobs();
  if (!counts.ok()) return;
  FamilyBuilder jobs("carousel_jobs", "Training jobs by state");
  for (int state = 0; state < kJobStates; ++state) {
    jobs.Add(static_cast<double>((*counts)[state]),
             {{"state", std::string(ToString(static_cast<JobState>(state)))}});
  }
  families.push_back(jobs.Build());
}

void ScrapedMetrics::CollectModels(std::vector<MetricFamily>& families) const {
  const auto versions = sources_.model_versions();
  if (!versions.ok()) return;
  std::map<std::string, std::int64_t> by_label;
  for (const auto& [model, count] : *versions) {
    by_label[labels_.LabelFor(model)] += count;
  }
  FamilyBuilder models("carousel_model_versions", "Published versions");
  for (const auto& [label, count] : by_label) {
    models.Add(static_cast<double>(count), {{"model", label}});
  }
  families.push_back(models.Build());
}

void ScrapedMetrics::CollectDisk(std::vector<MetricFamily>& families) const {
  std::error_code error;
  const auto space = std::filesystem::space(sources_.data_dir, error);
  if (error) return;
  families.push_back(One("carousel_data_disk_free_bytes",
                         "Free on the disk of the data folder",
                         static_cast<double>(space.available)));
}

void ScrapedMetrics::CollectMemory(
    const absl::StatusOr<ProcessStatistics>& statistics,
    std::vector<MetricFamily>& families) const {
  FamilyBuilder memory("carousel_device_memory_bytes",
                       "Memory of the device; of the CPU, what is resident");
  const auto add = [&](const char* kind, std::int64_t bytes) {
    memory.Add(static_cast<double>(bytes),
               {{"device", sources_.device}, {"kind", kind}});
  };
  if (sources_.device == "cpu") {
    if (!statistics.ok()) return;
    add("resident", statistics->resident_bytes);
  } else {
    const auto device = ReadDeviceMemory(sources_.device);
    if (!device.ok()) return;
    add("allocated", device->allocated);
    add("reserved", device->reserved);
    add("free", device->free);
    add("total", device->total);
  }
  families.push_back(memory.Build());
}

}  // namespace carousel
