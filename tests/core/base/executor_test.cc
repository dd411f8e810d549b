#include "core/base/executor.h"

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace carousel {
namespace {

TEST(ThreadPoolTest, RunsEveryTaskBeforeItEnds) {
  std::atomic<int> done = 0;
  {
    ThreadPool pool(3);
    for (int i = 0; i < 1000; ++i) pool.Run([&] { ++done; });
  }
  EXPECT_EQ(done, 1000);
}

TEST(ThreadPoolTest, OneThreadKeepsTheOrder) {
  std::vector<int> order;
  {
    ThreadPool pool(1);
    for (int i = 0; i < 100; ++i) {
      pool.Run([&order, i] { order.push_back(i); });
    }
  }
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[i], i);
}

TEST(ThreadPoolTest, RunsAsManyTasksAtOnceAsItHasThreads) {
  std::latch all_there(3);  // never opens when fewer run at once
  ThreadPool pool(3);
  for (int i = 0; i < 3; ++i) {
    pool.Run([&] { all_there.arrive_and_wait(); });
  }
  all_there.wait();
  EXPECT_TRUE(all_there.try_wait());
}

TEST(ThreadPoolTest, NoThreadsMeansOne) {
  std::atomic<bool> done = false;
  {
    ThreadPool(0).Run([&] { done = true; });
  }
  EXPECT_TRUE(done);
}

TEST(ThreadPoolTest, ATaskMayQueueAnother) {
  std::atomic<int> done = 0;
  {
    ThreadPool pool(2);
    pool.Run([&] {
      ++done;
      pool.Run([&] { ++done; });
    });
  }
  EXPECT_EQ(done, 2);
}

TEST(ThreadPoolTest, TakesTasksFromManyThreads) {
  std::atomic<int> done = 0;
  {
    ThreadPool pool(2);
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 4; ++caller) {
      callers.emplace_back([&] {
        for (int i = 0; i < 250; ++i) pool.Run([&] { ++done; });
      });
    }
    for (std::thread& caller : callers) caller.join();
  }
  EXPECT_EQ(done, 1000);
}

}  // namespace
}  // namespace carousel
