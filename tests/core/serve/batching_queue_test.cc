#include "core/serve/batching_queue.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/serve/queue_items.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using enum absl::StatusCode;

class BatchingQueueTest : public ::testing::Test {
 protected:
  QueueItem Item(TokenId id, std::size_t length = 5,
                 SteadyTime deadline = SteadyTime::max()) {
    return outcomes_.Record(MakeItem(model_, id, length, deadline));
  }
  SteadyTime In(int count) { return clock_.SteadyNow() + seconds(count); }

  template <typename... Items>
  static std::vector<QueueItem> List(Items&&... items) {
    std::vector<QueueItem> list;
    (list.push_back(std::forward<Items>(items)), ...);
    return list;
  }

  const std::shared_ptr<const LiveModel> model_ =
      std::make_shared<FakeLiveModel>("a");
  const std::shared_ptr<const LiveModel> other_model_ =
      std::make_shared<FakeLiveModel>("b");
  FakeClock clock_;
  Outcomes outcomes_;
};

TEST_F(BatchingQueueTest, TakesAllItemsOfAPushOrNone) {
  BatchingQueue queue({.capacity = 3}, clock_);
  ASSERT_OK(queue.Push(List(Item(1), Item(2))));
  const absl::Status refused = queue.Push(List(Item(3), Item(4)));
  EXPECT_THAT(refused,
              StatusIs(kResourceExhausted,
                       AllOf(HasSubstr("2 texts do not fit"),
                             HasSubstr("2 are waiting"), HasSubstr("most 3"))));
  EXPECT_EQ(GetReason(refused), "QUEUE_FULL");
  EXPECT_GT(GetRetryDelay(refused), absl::ZeroDuration());
  EXPECT_EQ(queue.depth(), 2u);
  EXPECT_OK(queue.Push(List(Item(5))));
  EXPECT_THAT(IdsOf(PopBatch(queue)), UnorderedElementsAre(1, 2, 5));
  EXPECT_THAT(outcomes_.Of(3), IsEmpty());
  EXPECT_THAT(outcomes_.Of(4), IsEmpty());
}

TEST_F(BatchingQueueTest, RefusesAfterCloseAndStillGivesWhatWaits) {
  BatchingQueue queue({.batch = {.rows = 1}}, clock_);
  ASSERT_OK(queue.Push(List(Item(1), Item(2))));
  queue.Close();
  const absl::Status refused = queue.Push(List(Item(3)));
  EXPECT_THAT(refused, StatusIs(kUnavailable));
  EXPECT_EQ(GetReason(refused), "DRAINING");
  EXPECT_THAT(IdsOf(PopBatch(queue)), ElementsAre(1));
  EXPECT_THAT(IdsOf(PopBatch(queue)), ElementsAre(2));
  EXPECT_THAT(PopBatch(queue), IsEmpty());
  EXPECT_THAT(outcomes_.Of(3), IsEmpty());
}

TEST_F(BatchingQueueTest, JoinsTheMostUrgentWithItsLikeLongestFirst) {
  BatchingQueue queue({.batch = {.rows = 3}}, clock_);
  std::vector<QueueItem> items =
      List(Item(1, 90), Item(2, 11), Item(3, 8), Item(4, 30),
           Item(5, 10, In(60)), Item(6, 12, In(90)));
  items.push_back(outcomes_.Record(MakeItem(other_model_, 7, 10, In(70))));
  ASSERT_OK(queue.Push(std::move(items)));
  EXPECT_THAT(IdsOf(PopBatch(queue)), ElementsAre(2, 5, 3));
  EXPECT_THAT(IdsOf(PopBatch(queue)), ElementsAre(7));
  EXPECT_THAT(IdsOf(PopBatch(queue)), ElementsAre(1, 4, 6));
}

TEST_F(BatchingQueueTest, ServesEqualDeadlinesInTheOrderOfArrival) {
  BatchingQueue queue({.batch = {.rows = 1}}, clock_);
  ASSERT_OK(queue.Push(List(Item(1, 5), Item(2, 50))));
  ASSERT_OK(queue.Push(List(Item(3, 5))));
  for (const TokenId id : {1, 2, 3}) {
    EXPECT_THAT(IdsOf(PopBatch(queue)), ElementsAre(id));
  }
}

TEST_F(BatchingQueueTest, FinishesExpiredItemsOnTheWay) {
  BatchingQueue queue({}, clock_);
  ASSERT_OK(queue.Push(List(Item(1, 5, In(1)), Item(2, 5, In(3)), Item(3))));
  clock_.Advance(absl::Seconds(2));
  EXPECT_THAT(IdsOf(PopBatch(queue)), UnorderedElementsAre(2, 3));
  EXPECT_THAT(outcomes_.Of(1), ElementsAre(kDeadlineExceeded));
  EXPECT_THAT(outcomes_.Of(2), IsEmpty());
}

TEST_F(BatchingQueueTest, ExpiredItemsHoldNoPlaceAgainstNewOnes) {
  BatchingQueue queue({.capacity = 2}, clock_);
  ASSERT_OK(queue.Push(List(Item(1, 5, In(1)), Item(2, 5, In(1)))));
  clock_.Advance(absl::Seconds(1));
  EXPECT_OK(queue.Push(List(Item(3), Item(4))));
  EXPECT_THAT(outcomes_.Of(1), ElementsAre(kDeadlineExceeded));
  EXPECT_THAT(outcomes_.Of(2), ElementsAre(kDeadlineExceeded));
}

TEST_F(BatchingQueueTest, AWaitingThreadFinishesAnExpiredItemWithoutABatch) {
  BatchingQueue queue({}, clock_);
  std::vector<QueueItem> batch = List(Item(9));
  std::thread popper([&] { batch = PopBatch(queue); });
  ASSERT_OK(queue.Push(List(Item(1, 5, In(-1)))));
  outcomes_.WaitFor(1);
  EXPECT_THAT(outcomes_.Of(1), ElementsAre(kDeadlineExceeded));
  queue.Close();
  popper.join();
  EXPECT_THAT(batch, IsEmpty());
}

TEST_F(BatchingQueueTest, DropsCancelledItems) {
  BatchingQueue queue({.batch = {.rows = 2}}, clock_);
  std::vector<QueueItem> items =
      List(Item(1, 5, In(1)), Item(2, 5, In(2)), Item(3, 5, In(3)), Item(4));
  // The most urgent, and one that would have joined the batch.
  items[0].cancelled = items[2].cancelled = [] { return true; };
  items[1].cancelled = [] { return false; };
  ASSERT_OK(queue.Push(std::move(items)));
  EXPECT_THAT(IdsOf(PopBatch(queue)), ElementsAre(2));
  EXPECT_THAT(IdsOf(PopBatch(queue)), ElementsAre(4));
  EXPECT_THAT(outcomes_.Of(1), ElementsAre(kCancelled));
  EXPECT_THAT(outcomes_.Of(3), ElementsAre(kCancelled));
}

TEST_F(BatchingQueueTest, AnswersWhatIsLeftWhenDestroyed) {
  {
    BatchingQueue queue({}, clock_);
    ASSERT_OK(queue.Push(List(Item(1), Item(2, 5, In(1)))));
  }
  EXPECT_THAT(outcomes_.Of(1), ElementsAre(kUnavailable));
  EXPECT_THAT(outcomes_.Of(2), ElementsAre(kUnavailable));
}

// With the lock held, each of these would wait for itself for ever.
TEST_F(BatchingQueueTest, CallsBackWithoutItsLock) {
  BatchingQueue queue({.capacity = 4}, clock_);
  std::vector<std::size_t> depths;
  const auto look = [&] { depths.push_back(queue.depth()); };
  std::vector<QueueItem> items =
      List(Item(1, 5, In(1)), Item(2, 5, In(9)), Item(3), Item(4));
  items[0].done = [&](const absl::StatusOr<double>&) { look(); };
  items[1].cancelled = [&] { return look(), true; };
  items[1].done = [&](const absl::StatusOr<double>&) { look(); };
  items[2].cancelled = [&] { return look(), false; };
  ASSERT_OK(queue.Push(std::move(items)));
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(IdsOf(PopBatch(queue)), UnorderedElementsAre(3, 4));
  // Expired; asked and told; asked as the most urgent that is left.
  EXPECT_THAT(depths, ElementsAre(2, 2, 2, 1));
}

TEST_F(BatchingQueueTest, WakesAThreadForEachModel) {
  BatchingQueue queue({}, clock_);
  std::atomic<int> rows = 0;
  std::vector<std::thread> poppers;
  poppers.reserve(2);
  for (int i = 0; i < 2; ++i) {
    poppers.emplace_back([&] {
      // Each keeps the batch it has until the other has one too.
      rows += static_cast<int>(PopBatch(queue).size());
      rows.notify_all();
      for (int seen = rows; seen < 2; seen = rows) rows.wait(seen);
    });
  }
  std::vector<QueueItem> items = List(Item(1));
  items.push_back(MakeItem(other_model_, 2, 5));
  ASSERT_OK(queue.Push(std::move(items)));
  for (std::thread& popper : poppers) popper.join();
  EXPECT_EQ(rows, 2);
}

}  // namespace
}  // namespace carousel
