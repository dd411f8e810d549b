#include "core/engine/engine.h"

#include <atomic>
#include <chrono>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "core/engine/device_memory.h"
#include "core/engine/torch_threads.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// OpenMP's pragmas are comments to a compiler that is not told of them, and
// everything is right and slow then. clang-14 is not told.
#ifndef __clang__
TEST(OnTorchThreadsTest, BodiesRunAtTheSameTime) {
  SetTorchThreads(2);
  std::atomic<int> begun = 0;
  std::atomic<bool> met = true;
  OnTorchThreads(2, [&](int) {
    ++begun;
    const auto give_up =
        std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (begun < 2 && met) {
      if (std::chrono::steady_clock::now() > give_up) met = false;
      std::this_thread::yield();
    }
  });
  SetTorchThreads(1);
  EXPECT_TRUE(met) << "each waited for the other";
}
#endif

TEST(OnTorchThreadsTest, EachBodyRunsOnce) {
  std::vector<std::atomic<int>> runs(7);
  OnTorchThreads(7, [&](int i) { ++runs[i]; });
  for (const std::atomic<int>& count : runs) EXPECT_EQ(count, 1);
}

TEST(ResolveDeviceTest, TheCpuIsAlwaysThere) {
  EXPECT_THAT(ResolveDevice("cpu"), IsOkAndHolds(std::string("cpu")));
}

TEST(ResolveDeviceTest, NamesWhatItRefuses) {
  for (const std::string name : {"gpu", "CPU", "cuda:1", "cuda:", "mps", ""}) {
    EXPECT_THAT(ResolveDevice(name),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("device is " + name + ";"),
                               HasSubstr("auto, cpu or cuda"))));
  }
}

// One build serves hosts with and without a GPU, and so does this test.
TEST(ResolveDeviceTest, AutoIsCudaWhereItCanBeHadAndElseTheCpu) {
  const absl::StatusOr<std::string> cuda = ResolveDevice("cuda");
  const absl::StatusOr<std::string> automatic = ResolveDevice("auto");
  ASSERT_OK(automatic);
  if (cuda.ok()) {
    EXPECT_EQ(*cuda, "cuda:0");
    EXPECT_EQ(*automatic, "cuda:0");
  } else {
    EXPECT_EQ(*automatic, "cpu");
    EXPECT_THAT(
        cuda,
        StatusIs(absl::StatusCode::kFailedPrecondition,
                 MatchesRegex("device is cuda, which cannot be used: .+")));
  }
  // What a server resolved, its worker resolves to the same.
  EXPECT_THAT(ResolveDevice(*automatic), IsOkAndHolds(*automatic));
  EXPECT_EQ(ResolveDevice("cuda:0").ok(), cuda.ok());
}

TEST(ReadDeviceMemoryTest, TheCpuHasNoneOfItsOwn) {
  EXPECT_THAT(
      ReadDeviceMemory("cpu"),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("CPU")));
}

TEST(ReadDeviceMemoryTest, WhatIsNoDeviceIsAnErrorNotACrash) {
  EXPECT_THAT(ReadDeviceMemory("toaster"),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("toaster")));
}

float BelowTheSmallestNormalFloat() {
  const volatile float smallest = std::numeric_limits<float>::min();
  return smallest * 0.5F;
}

TEST(FlushDenormalsTest, HoldsForItsThreadAndThoseThatItMakes) {
  std::thread([] {
    EXPECT_GT(BelowTheSmallestNormalFloat(), 0);
    FlushDenormals();
    EXPECT_EQ(BelowTheSmallestNormalFloat(), 0);
    std::thread([] { EXPECT_EQ(BelowTheSmallestNormalFloat(), 0); }).join();
  }).join();
  EXPECT_GT(BelowTheSmallestNormalFloat(), 0);
}

TEST(TorchThreadsTest, AreAsManyAsWereSetNeverTheZeroOfTheDefault) {
  EXPECT_GE(TorchThreads(), 1);
  SetTorchThreads(3);
  EXPECT_EQ(TorchThreads(), 3);
  SetTorchThreads(0);
  EXPECT_EQ(TorchThreads(), 3);
}

}  // namespace
}  // namespace carousel
