#include "core/serve/queue_rows.h"

#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/serve/queue_items.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using std::chrono::seconds;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using enum absl::StatusCode;

class Batches final : public PredictObserver {
 public:
  void OnBatch(std::size_t rows, double forward_seconds) override {
    batches.emplace_back(rows, forward_seconds);
  }
  void OnQueueWait(double seconds) override { waits.push_back(seconds); }
  void OnTokenized(const std::string&, std::int64_t, std::int64_t,
                   double) override {}
  void OnAnswer(const std::string&, const absl::StatusOr<double>&) override {}

  std::vector<std::pair<std::size_t, double>> batches;
  std::vector<double> waits;
};

class QueueRowsTest : public testing::Test {
 protected:
  QueueItem Item(TokenId id, SteadyTime deadline = SteadyTime::max()) {
    return outcomes_.Record(MakeItem(model_, id, /*length=*/3, deadline));
  }
  void Push(QueueItem item) {
    std::vector<QueueItem> items;
    items.push_back(std::move(item));
    ASSERT_OK(queue_.Push(std::move(items)));
  }
  SteadyTime In(int count) { return clock_.SteadyNow() + seconds(count); }
  QueueRows Rows(QueueItem first) {
    return {std::move(first), queue_, clock_, &batches_};
  }
  // The first token of the text that is taken next; -1 for none.
  static TokenId TakeNext(QueueRows& rows) {
    const std::optional<Row> row = rows.Next(/*idle=*/false);
    return row.has_value() ? row->tokens[0] : -1;
  }

  const std::shared_ptr<const LiveModel> model_ =
      std::make_shared<FakeLiveModel>("a");
  const std::shared_ptr<const LiveModel> other_model_ =
      std::make_shared<FakeLiveModel>("b");
  FakeClock clock_;
  Batches batches_;
  Outcomes outcomes_;
  BatchingQueue queue_{{}, clock_};
};

TEST_F(QueueRowsTest, TakesTheMostUrgentNext) {
  QueueRows rows = Rows(Item(1));
  Push(Item(2));
  Push(Item(3, In(9)));
  Push(Item(4, In(5)));
  EXPECT_EQ(TakeNext(rows), 1);
  EXPECT_EQ(TakeNext(rows), 4);
  EXPECT_EQ(TakeNext(rows), 3);
  EXPECT_EQ(TakeNext(rows), 2);
  EXPECT_EQ(TakeNext(rows), -1);
  rows.Fail(absl::AbortedError(""));
}

TEST_F(QueueRowsTest, AnswersATextAndReusesItsPlace) {
  QueueRows rows = Rows(Item(1));
  Push(Item(2));
  const Row first = *rows.Next(/*idle=*/true);
  const Row second = *rows.Next(/*idle=*/false);
  EXPECT_NE(first.id, second.id);
  rows.Answer(first, 0.25);
  EXPECT_THAT(outcomes_.Of(1), ElementsAre(kOk));
  EXPECT_THAT(outcomes_.Of(2), IsEmpty());
  Push(Item(3));
  const Row third = *rows.Next(/*idle=*/false);
  EXPECT_EQ(third.id, first.id);
  rows.Answer(third, 0.5);
  rows.Answer(second, 0.75);
  EXPECT_THAT(outcomes_.Of(2), ElementsAre(kOk));
  EXPECT_THAT(outcomes_.Of(3), ElementsAre(kOk));
}

TEST_F(QueueRowsTest, ALogitIsAnsweredAsAProbability) {
  QueueItem item = MakeItem(model_, 1, 3);
  absl::StatusOr<double> answer = absl::UnknownError("none yet");
  item.done = [&](const absl::StatusOr<double>& given) { answer = given; };
  QueueRows rows = Rows(std::move(item));
  rows.Answer(*rows.Next(/*idle=*/true), 0);
  ASSERT_OK(answer);
  EXPECT_EQ(*answer, 0.5);
}

TEST_F(QueueRowsTest, WhatIsNoProbabilityIsAnError) {
  QueueRows rows = Rows(Item(1));
  rows.Answer(*rows.Next(/*idle=*/true),
              std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(outcomes_.Of(1), ElementsAre(kInternal));
}

TEST_F(QueueRowsTest, BeforeAnotherModelsTextItTakesWhatABatchWouldHave) {
  QueueRows rows = Rows(Item(1));
  EXPECT_EQ(TakeNext(rows), 1);
  Push(outcomes_.Record(MakeItem(other_model_, 2, 3, In(5))));
  Push(Item(3));
  Push(Item(4));
  EXPECT_NE(TakeNext(rows), -1);
  EXPECT_NE(TakeNext(rows), -1);
  // And what comes after them waits.
  Push(Item(5));
  EXPECT_EQ(TakeNext(rows), -1);
  EXPECT_EQ(queue_.depth(), 2);
  rows.Fail(absl::AbortedError(""));
  EXPECT_THAT(outcomes_.Of(3), ElementsAre(kAborted));
  EXPECT_THAT(outcomes_.Of(5), IsEmpty());
}

TEST_F(QueueRowsTest, ABatchIsWithinItsLimits) {
  BatchingQueue narrow({.batch = {.rows = 2}}, clock_);
  QueueRows rows(Item(1), narrow, clock_, nullptr);
  std::vector<QueueItem> items;
  items.push_back(outcomes_.Record(MakeItem(other_model_, 2, 3, In(5))));
  for (TokenId id = 3; id < 6; ++id) items.push_back(Item(id));
  ASSERT_OK(narrow.Push(std::move(items)));
  EXPECT_EQ(TakeNext(rows), 1);
  EXPECT_EQ(TakeNext(rows), 3);
  EXPECT_EQ(TakeNext(rows), -1);
  rows.Fail(absl::AbortedError(""));
}

TEST_F(QueueRowsTest, FinishesWhatNobodyWaitsForOnTheWay) {
  QueueRows rows = Rows(Item(1));
  EXPECT_EQ(TakeNext(rows), 1);
  Push(Item(2, In(1)));
  QueueItem cancelled = Item(3);
  cancelled.cancelled = [] { return true; };
  Push(std::move(cancelled));
  Push(Item(4));
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(TakeNext(rows), 4);
  EXPECT_THAT(outcomes_.Of(2), ElementsAre(kDeadlineExceeded));
  EXPECT_THAT(outcomes_.Of(3), ElementsAre(kCancelled));
  rows.Fail(absl::AbortedError(""));
}

TEST_F(QueueRowsTest, WhatIsUnderWayFailsOnce) {
  QueueRows rows = Rows(Item(1));
  Push(Item(2));
  const Row first = *rows.Next(/*idle=*/true);
  EXPECT_EQ(TakeNext(rows), 2);
  rows.Answer(first, 1);
  rows.Fail(absl::AbortedError("the loop broke"));
  EXPECT_THAT(outcomes_.Of(1), ElementsAre(kOk));
  EXPECT_THAT(outcomes_.Of(2), ElementsAre(kAborted));
}

TEST_F(QueueRowsTest, FailsTheFirstBeforeItIsTaken) {
  QueueRows rows = Rows(Item(1));
  rows.Fail(absl::AbortedError("the loop broke"));
  EXPECT_THAT(outcomes_.Of(1), ElementsAre(kAborted));
}

TEST_F(QueueRowsTest, TellsOfAsManyTextsAsWereUnderWay) {
  QueueRows rows = Rows(Item(1));
  Push(Item(2));
  Push(Item(3));
  std::vector<Row> taken;
  for (int i = 0; i < 3; ++i) taken.push_back(*rows.Next(/*idle=*/false));
  clock_.Advance(absl::Seconds(1));
  rows.Answer(taken[0], 0);  // two others are under way: a batch of three
  clock_.Advance(absl::Seconds(2));
  rows.Answer(taken[1], 0);
  Push(Item(4));
  taken.push_back(*rows.Next(/*idle=*/false));
  rows.Answer(taken[2], 0);
  rows.Answer(taken[3], 0);
  EXPECT_THAT(batches_.batches, ElementsAre(Pair(3, 3.0), Pair(1, 0.0)));
  // The first was never in the queue.
  EXPECT_THAT(batches_.waits, ElementsAre(_, 0, 0, 0));
}

}  // namespace
}  // namespace carousel
