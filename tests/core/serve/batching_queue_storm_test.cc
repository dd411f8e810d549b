// Many threads at once on one queue; run under ThreadSanitizer as well.

#include <atomic>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "core/base/random.h"
#include "core/serve/batching_queue.h"
#include "gtest/gtest.h"
#include "tests/core/serve/queue_items.h"

namespace carousel {
namespace {

constexpr int kPushers = 4;
constexpr int kPoppers = 3;
constexpr int kPushes = 300;
constexpr int kMaxItems = 8;
constexpr std::size_t kMaxBatchRows = 16;

// What became of each item: how often `done` was called, and whether a batch
// had it.
struct Fate {
  std::atomic<int> done = 0;
  std::atomic<int> ran = 0;
  std::atomic<int> refused = 0;
};

class Storm {
 public:
  Storm() : fates_(std::size_t{kPushers} * kPushes * kMaxItems) {}

  void Push(int pusher) {
    std::mt19937_64 random(pusher);
    int next = pusher * kPushes * kMaxItems;
    for (int push = 0; push < kPushes; ++push) {
      const int count = 1 + static_cast<int>(UniformBelow(random, kMaxItems));
      std::vector<QueueItem> items;
      items.reserve(count);
      for (int i = 0; i < count; ++i) {
        items.push_back(RandomItem(next + i, random));
      }
      if (!queue_.Push(std::move(items)).ok()) {
        for (int i = 0; i < count; ++i) ++fates_[next + i].refused;
      }
      next += count;
    }
    pushed_ += next - pusher * kPushes * kMaxItems;
  }

  void Pop() {
    while (true) {
      std::vector<QueueItem> batch = PopBatch(queue_);
      if (batch.empty()) return;
      EXPECT_LE(batch.size(), kMaxBatchRows);
      for (const QueueItem& item : batch) {
        EXPECT_EQ(item.model, batch.front().model);
        ++fates_[IdOf(item)].ran;
        item.done(0.5);
      }
    }
  }

  BatchingQueue& queue() { return queue_; }
  const std::vector<Fate>& fates() const { return fates_; }
  int pushed() const { return pushed_; }

 private:
  QueueItem RandomItem(int id, std::mt19937_64& random) {
    const auto& model = models_[UniformBelow(random, 2)];
    SteadyTime deadline = SteadyTime::max();
    // Past, about now, or far away.
    const std::uint64_t kind = UniformBelow(random, 4);
    if (kind < 3) {
      const auto offset = std::chrono::microseconds(
          static_cast<int>(UniformBelow(random, 2000)) - 1000);
      deadline = std::chrono::steady_clock::now() +
                 (kind == 0 ? std::chrono::hours(1) : offset);
    }
    QueueItem item =
        MakeItem(model, id, 1 + UniformBelow(random, 50), deadline);
    item.done = [this, id](const absl::StatusOr<double>& answer) {
      ++fates_[id].done;
      EXPECT_EQ(fates_[id].ran, answer.ok() ? 1 : 0) << id;
    };
    if (UniformBelow(random, 5) == 0) {
      item.cancelled = [this, id] { return id % 2 == 0 || pushed_ > 0; };
    }
    return item;
  }

  const std::vector<std::shared_ptr<const LiveModel>> models_ = {
      std::make_shared<FakeLiveModel>("a"),
      std::make_shared<FakeLiveModel>("b")};
  std::vector<Fate> fates_;
  std::atomic<int> pushed_ = 0;
  BatchingQueue queue_{{.capacity = 512, .batch = {.rows = kMaxBatchRows}},
                       Clock::Real()};
};

TEST(BatchingQueueStormTest, FinishesEveryItemItTookExactlyOnce) {
  Storm storm;
  std::vector<std::thread> pushers;
  std::vector<std::thread> poppers;
  pushers.reserve(kPushers);
  poppers.reserve(kPoppers);
  for (int i = 0; i < kPushers; ++i) {
    pushers.emplace_back([&, i] { storm.Push(i); });
  }
  for (int i = 0; i < kPoppers; ++i) {
    poppers.emplace_back([&] { storm.Pop(); });
  }
  for (std::thread& pusher : pushers) pusher.join();
  storm.queue().Close();
  for (std::thread& popper : poppers) popper.join();

  EXPECT_EQ(storm.queue().depth(), 0u);
  int finished = 0;
  int refused = 0;
  for (const Fate& fate : storm.fates()) {
    EXPECT_LE(fate.done + fate.refused, 1);
    EXPECT_LE(fate.ran, fate.done);
    finished += fate.done;
    refused += fate.refused;
  }
  EXPECT_EQ(finished + refused, storm.pushed());
}

}  // namespace
}  // namespace carousel
