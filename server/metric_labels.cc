#include "server/metric_labels.h"

namespace carousel {

std::string ModelLabels::LabelFor(std::string_view model) {
  MutexLock lock(mutex_);
  if (models_.contains(model)) return std::string(model);
  if (models_.size() >= kMaxModels) return std::string(kOther);
  return *models_.emplace(model).first;
}

}  // namespace carousel
