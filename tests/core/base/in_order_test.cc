#include "core/base/in_order.h"

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Gives 0, 1, ... up to `count`.
auto Count(int count) {
  return [next = 0, count]() mutable -> std::optional<int> {
    return next < count ? std::optional(next++) : std::nullopt;
  };
}

TEST(InOrderTest, TakesResultsInTheOrderOfThePieces) {
  for (const int threads : {0, 1, 2, 3, 8}) {
    std::vector<int> taken;
    InOrder(
        Count(1000),
        [](int piece) {
          // The odd ones are late.
          for (int i = 0; i < piece % 2 * 20; ++i) std::this_thread::yield();
          return std::make_unique<int>(piece * 2);
        },
        [&](std::unique_ptr<int> result) {
          taken.push_back(*result);
          return true;
        })
        .Run(threads);
    ASSERT_EQ(taken.size(), 1000u) << threads;
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(taken[i], 2 * i) << threads;
  }
}

// Throws at the piece, or the call, with this number.
constexpr int kBadPiece = 37;

TEST(InOrderTest, ThrowsWhatWorkThrows) {
  for (const int threads : {1, 2, 5}) {
    int taken = 0;
    const auto run = [&] {
      InOrder(
          Count(1000),
          [](int piece) {
            if (piece == kBadPiece) throw std::runtime_error("no work");
            return piece;
          },
          [&](int result) {
            EXPECT_LT(result, kBadPiece);
            ++taken;
            return true;
          })
          .Run(threads);
    };
    EXPECT_THROW(run(), std::runtime_error) << threads;
    EXPECT_LE(taken, kBadPiece);
  }
}

TEST(InOrderTest, ThrowsWhatTakeThrows) {
  for (const int threads : {1, 2, 5}) {
    const auto run = [&] {
      InOrder(
          Count(1000), [](int piece) { return piece; },
          [](int result) {
            if (result == kBadPiece) throw std::runtime_error("no room");
            return true;
          })
          .Run(threads);
    };
    EXPECT_THROW(run(), std::runtime_error) << threads;
  }
}

TEST(InOrderTest, ThrowsWhatNextThrows) {
  for (const int threads : {1, 2, 5}) {
    const auto run = [&] {
      InOrder(
          [next = 0]() mutable -> std::optional<int> {
            if (next == kBadPiece) throw std::runtime_error("no piece");
            return next++;
          },
          [](int piece) { return piece; }, [](int) { return true; })
          .Run(threads);
    };
    EXPECT_THROW(run(), std::runtime_error) << threads;
  }
}

TEST(InOrderTest, DoesNothingWithoutPieces) {
  for (const int threads : {1, 4}) {
    std::vector<int> taken;
    InOrder(
        Count(0), [](int piece) { return piece; },
        [&](int result) {
          taken.push_back(result);
          return true;
        })
        .Run(threads);
    EXPECT_THAT(taken, IsEmpty());
  }
}

TEST(InOrderTest, EndsWhenNothingMoreIsWanted) {
  for (const int threads : {1, 2, 5}) {
    std::vector<int> taken;
    std::atomic<int> worked = 0;
    InOrder(
        Count(1'000'000),
        [&](int piece) {
          ++worked;
          return piece;
        },
        [&](int result) {
          taken.push_back(result);
          return result < 2;
        })
        .Run(threads);
    EXPECT_THAT(taken, ElementsAre(0, 1, 2));
    // Those that waited, and those that were in hand.
    EXPECT_LE(worked.load(), 3 + 3 * threads);
  }
}

}  // namespace
}  // namespace carousel
