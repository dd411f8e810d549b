// The bound on what a label may say, so that names do not fill Prometheus.
#ifndef CAROUSEL_SERVER_METRIC_LABELS_H_
#define CAROUSEL_SERVER_METRIC_LABELS_H_

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include "core/base/mutex.h"

namespace carousel {

// Thread-safe.
class ModelLabels {
 public:
  static constexpr std::size_t kMaxModels = 50;
  static constexpr std::string_view kOther = "other";

  // The name itself for the first 50 names ever asked for, else "other".
  std::string LabelFor(std::string_view model) EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  std::set<std::string, std::less<>> models_ GUARDED_BY(mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_METRIC_LABELS_H_
