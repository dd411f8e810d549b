#include "core/serve/waiting_items.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/serve/queue_items.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// That many companions, whatever their length.
BatchLimits Companions(std::size_t count) {
  return {.rows = count + 1, .padded_tokens = std::size_t{1} << 40};
}

SteadyTime At(int seconds) { return SteadyTime(std::chrono::seconds(seconds)); }

class WaitingItemsTest : public ::testing::Test {
 protected:
  const std::shared_ptr<const LiveModel> model_ =
      std::make_shared<FakeLiveModel>("a");
  const std::shared_ptr<const LiveModel> other_model_ =
      std::make_shared<FakeLiveModel>("b");
  WaitingItems items_;
};

TEST_F(WaitingItemsTest, TakesTheNearestDeadlineFirstAndTheOldestAtATie) {
  items_.Add(MakeItem(model_, 0, 5));
  items_.Add(MakeItem(model_, 1, 5, At(20)));
  items_.Add(MakeItem(other_model_, 2, 5, At(10)));
  items_.Add(MakeItem(model_, 3, 5, At(10)));
  items_.Add(MakeItem(model_, 4, 5));
  std::vector<TokenId> order;
  while (!items_.empty()) order.push_back(IdOf(items_.TakeMostUrgent()));
  EXPECT_THAT(order, ElementsAre(2, 3, 1, 0, 4));
}

TEST_F(WaitingItemsTest, TakesExpiredUpToAndWithTheDeadlineItself) {
  for (int i = 0; i < 4; ++i) items_.Add(MakeItem(model_, i, 5, At(i)));
  EXPECT_THAT(IdsOf(items_.TakeExpired(At(2))), ElementsAre(0, 1, 2));
  EXPECT_EQ(items_.size(), 1u);
  EXPECT_THAT(items_.TakeExpired(At(2)), IsEmpty());
}

TEST_F(WaitingItemsTest, TakesTheNearestInLengthOfOneModel) {
  for (const int length : {1, 7, 9, 12, 30}) {
    items_.Add(MakeItem(model_, length, length));
  }
  items_.Add(MakeItem(other_model_, 10, 10));
  EXPECT_THAT(IdsOf(items_.TakeNearest(model_.get(), 10, Companions(3))),
              ElementsAre(9, 12, 7));
  EXPECT_THAT(IdsOf(items_.TakeNearest(model_.get(), 10, Companions(9))),
              ElementsAre(1, 30));
  EXPECT_THAT(items_.TakeNearest(model_.get(), 10, Companions(9)), IsEmpty());
  EXPECT_EQ(items_.size(), 1u);
}

TEST_F(WaitingItemsTest, CountsAnItemByTheLongestOfItsBatch) {
  for (const int length : {9, 10, 12, 13}) {
    items_.Add(MakeItem(model_, length, length));
  }
  // Four rows of 12 are within 48; with the 13 they would be five of 13.
  EXPECT_THAT(IdsOf(items_.TakeNearest(model_.get(), 10,
                                       {.rows = 64, .padded_tokens = 48})),
              ElementsAre(10, 9, 12));
  // One row more of any length would be too many.
  EXPECT_THAT(
      items_.TakeNearest(model_.get(), 10, {.rows = 64, .padded_tokens = 25}),
      IsEmpty());
}

TEST_F(WaitingItemsTest, PrefersTheShorterAtEqualDistance) {
  items_.Add(MakeItem(model_, 12, 12));
  items_.Add(MakeItem(model_, 8, 8));
  EXPECT_THAT(IdsOf(items_.TakeNearest(model_.get(), 10, Companions(1))),
              ElementsAre(8));
}

TEST_F(WaitingItemsTest, PrefersTheMoreUrgentAtEqualLength) {
  items_.Add(MakeItem(model_, 0, 8));
  items_.Add(MakeItem(model_, 1, 8, At(20)));
  items_.Add(MakeItem(model_, 2, 8, At(10)));
  EXPECT_THAT(IdsOf(items_.TakeNearest(model_.get(), 10, Companions(2))),
              ElementsAre(2, 1));
}

// The same rules, said by looking at every item.
class SlowWaitingItems {
 public:
  void Add(const QueueItem& item) { items_.push_back({item, sequence_++}); }

  std::vector<TokenId> TakeExpired(SteadyTime now) {
    std::vector<TokenId> taken;
    while (true) {
      const auto it = MostUrgent();
      if (it == items_.end() || it->item.deadline > now) return taken;
      taken.push_back(Take(it));
    }
  }
  TokenId TakeMostUrgent() { return Take(MostUrgent()); }
  std::vector<TokenId> TakeNearest(const LiveModel* model, int length,
                                   const BatchLimits& limits) {
    std::vector<TokenId> taken;
    std::size_t longest = static_cast<std::size_t>(length);
    while (true) {
      const auto rank = [&](const Entry& entry) {
        const int own = static_cast<int>(entry.item.length());
        return std::tuple(entry.item.model.get() != model,
                          std::abs(own - length), own, entry.item.deadline,
                          entry.sequence);
      };
      const auto it = std::min_element(
          items_.begin(), items_.end(),
          [&](const Entry& a, const Entry& b) { return rank(a) < rank(b); });
      if (it == items_.end() || it->item.model.get() != model) break;
      longest = std::max(longest, it->item.length());
      if (!limits.Allow(taken.size() + 2, longest)) break;
      taken.push_back(Take(it));
    }
    return taken;
  }
  bool empty() const { return items_.empty(); }

 private:
  struct Entry {
    QueueItem item;
    int sequence;
  };
  using Iterator = std::vector<Entry>::iterator;

  Iterator MostUrgent() {
    return std::min_element(items_.begin(), items_.end(),
                            [](const Entry& a, const Entry& b) {
                              return std::tuple(a.item.deadline, a.sequence) <
                                     std::tuple(b.item.deadline, b.sequence);
                            });
  }
  TokenId Take(Iterator it) {
    const TokenId id = IdOf(it->item);
    items_.erase(it);
    return id;
  }

  std::vector<Entry> items_;
  int sequence_ = 0;
};

TEST_F(WaitingItemsTest, AgreesWithASearchThroughAllItems) {
  std::mt19937_64 random(7);
  SlowWaitingItems slow;
  TokenId next_id = 0;
  for (int step = 0; step < 3000; ++step) {
    SCOPED_TRACE(step);
    const auto& model = UniformBelow(random, 3) == 0 ? other_model_ : model_;
    const std::uint64_t action = UniformBelow(random, 10);
    const int length = 1 + static_cast<int>(UniformBelow(random, 30));
    const int now = step / 10;
    if (action < 7) {
      const int deadline = now + static_cast<int>(UniformBelow(random, 40));
      const QueueItem item = MakeItem(
          model, next_id++, length,
          UniformBelow(random, 2) == 0 ? At(deadline) : SteadyTime::max());
      items_.Add(item);
      slow.Add(item);
    } else if (action == 7) {
      ASSERT_EQ(IdsOf(items_.TakeExpired(At(now))), slow.TakeExpired(At(now)));
    } else if (action == 8) {
      ASSERT_EQ(items_.empty(), slow.empty());
      if (!items_.empty()) {
        ASSERT_EQ(IdOf(items_.TakeMostUrgent()), slow.TakeMostUrgent());
      }
    } else {
      const BatchLimits limits = {
          .rows = 6, .padded_tokens = 20 + UniformBelow(random, 150)};
      ASSERT_EQ(IdsOf(items_.TakeNearest(model.get(), length, limits)),
                slow.TakeNearest(model.get(), length, limits));
    }
  }
}

}  // namespace
}  // namespace carousel
