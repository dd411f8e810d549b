#include "core/serve/waiting_items.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace carousel {

void WaitingItems::Add(QueueItem item) {
  const Urgency urgency{.deadline = item.deadline,
                        .sequence = next_sequence_++};
  by_length_[item.model.get()][item.length()].insert(urgency);
  items_.emplace(urgency, std::move(item));
}

std::vector<QueueItem> WaitingItems::TakeExpired(SteadyTime now) {
  std::vector<QueueItem> expired;
  while (!items_.empty() && items_.begin()->first.deadline <= now) {
    expired.push_back(TakeMostUrgent());
  }
  return expired;
}

QueueItem WaitingItems::TakeMostUrgent() { return Take(items_.begin()); }

QueueItem WaitingItems::Take(Items::iterator position) {
  const auto model = by_length_.find(position->second.model.get());
  const auto bucket = model->second.find(position->second.length());
  bucket->second.erase(position->first);
  if (bucket->second.empty()) model->second.erase(bucket);
  if (model->second.empty()) by_length_.erase(model);
  return std::move(items_.extract(position).mapped());
}

std::vector<QueueItem> WaitingItems::TakeNearest(const LiveModel* model,
                                                 std::size_t length,
                                                 const BatchLimits& limits) {
  std::vector<QueueItem> taken;
  std::size_t longest = length;
  while (true) {
    const auto lengths = by_length_.find(model);
    if (lengths == by_length_.end()) break;
    const ByLength& buckets = lengths->second;
    auto nearest = buckets.lower_bound(length);
    if (nearest != buckets.begin()) {
      const auto shorter = std::prev(nearest);
      if (nearest == buckets.end() ||
          length - shorter->first <= nearest->first - length) {
        nearest = shorter;
      }
    }
    longest = std::max(longest, nearest->first);
    // The item itself, those taken, and this one.
    if (!limits.Allow(taken.size() + 2, longest)) break;
    taken.push_back(Take(items_.find(*nearest->second.begin())));
  }
  return taken;
}

}  // namespace carousel
