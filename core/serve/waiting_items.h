// The items of a batching queue in the two orders that it takes them in: by
// deadline, and by length within a model. Every operation costs O(log n) an
// item that it adds or takes.
#ifndef CAROUSEL_CORE_SERVE_WAITING_ITEMS_H_
#define CAROUSEL_CORE_SERVE_WAITING_ITEMS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "core/data/batcher.h"
#include "core/serve/live_model.h"
#include "core/serve/queue_item.h"

namespace carousel {

// Not thread-safe. Calls nothing of the items.
class WaitingItems {
 public:
  void Add(QueueItem item);

  // Takes every item whose deadline is not after `now`.
  std::vector<QueueItem> TakeExpired(SteadyTime now);

  // Of the item that TakeMostUrgent would take; null when there is none.
  const LiveModel* most_urgent_model() const {
    return items_.empty() ? nullptr : items_.begin()->second.model.get();
  }

  // Takes the item with the nearest deadline, at a tie the one added first.
  // There must be one.
  QueueItem TakeMostUrgent();

  // Takes the companions of an item of `model` and `length`, those nearest to
  // it in length first: at equal distance the shorter, at equal length the more
  // urgent. Ends before the batch of them all would be over `limits`.
  std::vector<QueueItem> TakeNearest(const LiveModel* model, std::size_t length,
                                     const BatchLimits& limits);

  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }

 private:
  // Orders items and names each of them.
  struct Urgency {
    SteadyTime deadline;
    std::uint64_t sequence = 0;  // the order of Add
    bool operator<(const Urgency& other) const {
      return std::tie(deadline, sequence) <
             std::tie(other.deadline, other.sequence);
    }
  };
  using Items = std::map<Urgency, QueueItem>;
  using ByLength = std::map<std::size_t, std::set<Urgency>>;

  // The item of `position`, taken out of both orders.
  QueueItem Take(Items::iterator position);

  Items items_;
  // Holds no empty map and no empty set.
  std::map<const LiveModel*, ByLength> by_length_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_WAITING_ITEMS_H_
