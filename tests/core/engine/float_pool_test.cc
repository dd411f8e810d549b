#include "core/engine/float_pool.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace carousel {
namespace {

constexpr std::int64_t kMany = 1 << 20;  // 4 MiB

TEST(FloatPoolTest, HandsOutWhatWasGivenBack) {
  FloatPool pool;
  float* const first = pool.Take(kMany);
  std::fill_n(first, kMany, 1.0F);
  pool.GiveBack(first);
  EXPECT_EQ(pool.waiting_bytes(), kMany * 4);
  float* const again = pool.Take(kMany - 1000);
  EXPECT_EQ(again, first);
  EXPECT_EQ(pool.waiting_bytes(), 0);
  pool.GiveBack(again);
}

TEST(FloatPoolTest, AnArrayFitsAnotherOfAboutItsSize) {
  FloatPool pool;
  float* const first = pool.Take(9 * kMany);
  pool.GiveBack(first);
  float* const larger = pool.Take(10 * kMany - 1);
  EXPECT_EQ(larger, first);
  pool.GiveBack(larger);
}

TEST(FloatPoolTest, WhatIsOutIsNotHandedOut) {
  FloatPool pool;
  std::vector<float*> arrays;
  for (int i = 0; i < 5; ++i) {
    arrays.push_back(pool.Take(100));
    std::fill_n(arrays.back(), 100, static_cast<float>(i));
  }
  EXPECT_EQ(std::set(arrays.begin(), arrays.end()).size(), 5);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(std::count(arrays[i], arrays[i] + 100, static_cast<float>(i)),
              100);
    pool.GiveBack(arrays[i]);
  }
}

TEST(FloatPoolTest, BeginsAtACacheLine) {
  FloatPool pool;
  for (const std::int64_t count : {std::int64_t{1}, std::int64_t{17}, kMany}) {
    float* const array = pool.Take(count);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(array) % 64, 0);
    pool.GiveBack(array);
  }
}

TEST(FloatPoolTest, ALargeArrayIsNotWastedOnASmallWish) {
  FloatPool pool;
  float* const large = pool.Take(kMany);
  pool.GiveBack(large);
  float* const small = pool.Take(1000);
  EXPECT_NE(small, large);
  pool.GiveBack(small);
}

TEST(FloatPoolTest, KeepsLittleMoreThanWasOutAtOneTime) {
  FloatPool pool;
  // One at a time, each too large for those before it.
  for (std::int64_t count = kMany; count <= 16 * kMany; count *= 2) {
    float* const array = pool.Take(count);
    EXPECT_EQ(pool.waiting_bytes(), 0);
    pool.GiveBack(array);
    EXPECT_EQ(pool.waiting_bytes(), count * 4);
  }
  // And of sizes that are too small for what waits.
  std::vector<float*> small;
  for (int i = 1; i <= 6; ++i) {
    small.push_back(pool.Take(kMany));
    EXPECT_LE(pool.waiting_bytes() + i * kMany * 4, 20 * kMany * 4) << i;
  }
  for (float* const array : small) pool.GiveBack(array);
}

TEST(FloatPoolTest, ServesManyThreads) {
  FloatPool pool;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&pool, t] {
      for (int i = 0; i < 200; ++i) {
        float* const array = pool.Take(64 + i);
        std::fill_n(array, 64 + i, static_cast<float>(t));
        EXPECT_EQ(std::count(array, array + 64 + i, static_cast<float>(t)),
                  64 + i);
        pool.GiveBack(array);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace carousel
