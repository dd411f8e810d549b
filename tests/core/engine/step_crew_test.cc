#include "core/engine/step_crew.h"

#include <atomic>
#include <latch>
#include <new>
#include <set>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace carousel {
namespace {

constexpr int kPanels = 32;

// Makes a step and says which threads had a part in it.
std::set<std::thread::id> MakersOf(StepCrew::Loop& loop, std::ptrdiff_t rows,
                                   int panels = kPanels,
                                   bool last_first = false) {
  std::vector<std::thread::id> makers(panels);
  loop.MakeStep(rows, panels, last_first, [&](int first, int end) {
    for (int i = first; i < end; ++i) {
      EXPECT_EQ(makers[i], std::thread::id()) << "made twice";
      makers[i] = std::this_thread::get_id();
    }
  });
  std::set<std::thread::id> all(makers.begin(), makers.end());
  EXPECT_FALSE(all.contains(std::thread::id())) << "not all was made";
  return all;
}

TEST(StepCrewTest, EveryPanelIsMadeOnce) {
  for (const int threads : {1, 2, 3, 4}) {
    StepCrew crew(threads);
    StepCrew::Loop loop(&crew);
    // Too few for all, and odd.
    for (const int panels : {1, 3, 4, 7, 32, 33}) {
      for (int step = 0; step < 500; ++step) {
        MakersOf(loop, 1, panels, /*last_first=*/step % 2 != 0);
      }
    }
  }
}

// Makes a step that its owner does not end before a helper has begun a piece.
void MakeWithHelp(StepCrew::Loop& loop) {
  const std::thread::id owner = std::this_thread::get_id();
  std::atomic<bool> helped = false;
  loop.MakeStep(1, kPanels, /*last_first=*/false, [&](int first, int end) {
    ASSERT_FALSE(first == 0 && end == kPanels) << "the step is not shared";
    if (std::this_thread::get_id() != owner) {
      helped = true;
      helped.notify_all();
    } else {
      helped.wait(false);
    }
  });
  EXPECT_TRUE(helped);
}

TEST(StepCrewTest, HelpersHaveAPartInTheStepsOfALoneRow) {
  StepCrew crew(2);
  StepCrew::Loop loop(&crew);
  MakeWithHelp(loop);
}

// Where the pieces begin that the owner makes when a helper does not get beyond
// the first one of its own.
std::vector<int> PiecesOfTheOwner(bool last_first) {
  StepCrew crew(2);
  StepCrew::Loop loop(&crew);
  const std::thread::id owner = std::this_thread::get_id();
  std::vector<int> pieces;
  std::atomic<int> left = kPanels;  // for the owner to make
  std::atomic<bool> helped = false;
  loop.MakeStep(1, kPanels, last_first, [&](int first, int end) {
    if (std::this_thread::get_id() == owner) {
      helped.wait(false);
      pieces.push_back(first);
      left -= end - first;
      left.notify_all();
      return;
    }
    left -= end - first;
    helped = true;
    helped.notify_all();
    for (int now = left; now != 0; now = left) left.wait(now);
  });
  return pieces;
}

TEST(StepCrewTest, EachHasPanelsOfItsOwnAndThenTheOthersLastOnes) {
  EXPECT_EQ(PiecesOfTheOwner(/*last_first=*/false),
            (std::vector{0, 4, 8, 12, 28, 24, 20}));
  EXPECT_EQ(PiecesOfTheOwner(/*last_first=*/true),
            (std::vector{12, 8, 4, 0, 16, 20, 24}));
}

TEST(StepCrewTest, ManyRowsAreTheLoopsOwn) {
  StepCrew crew(3);
  StepCrew::Loop loop(&crew);
  for (int step = 0; step < 100; ++step) {
    EXPECT_EQ(MakersOf(loop, StepCrew::kFewRows + 1),
              std::set{std::this_thread::get_id()});
  }
}

TEST(StepCrewTest, ALoopBesideAnotherIsOnItsOwn) {
  StepCrew crew(3);
  StepCrew::Loop loop(&crew);
  MakeWithHelp(loop);
  {
    const StepCrew::Loop other(&crew);
    for (int step = 0; step < 100; ++step) {
      EXPECT_EQ(MakersOf(loop, 1), std::set{std::this_thread::get_id()});
    }
  }
  MakeWithHelp(loop);
}

TEST(StepCrewTest, HelpersGoFromALoopThatEndsToTheNext) {
  StepCrew crew(StepCrew::kMostThreads + 3);
  for (int i = 0; i < 20; ++i) {
    StepCrew::Loop loop(&crew);
    MakeWithHelp(loop);
  }
}

TEST(StepCrewTest, WithoutACrewALoopMakesItsStepsAlone) {
  StepCrew::Loop loop(nullptr);
  EXPECT_EQ(MakersOf(loop, 1), std::set{std::this_thread::get_id()});
}

TEST(StepCrewTest, LoopsComeAndGoOnManyThreads) {
  StepCrew crew(3);
  std::latch together(4);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      together.arrive_and_wait();
      for (int round = 0; round < 50; ++round) {
        StepCrew::Loop loop(&crew);
        for (int step = 0; step < 10; ++step) MakersOf(loop, 1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(StepCrewTest, MemoryThatRunsOutInAPieceIsTheStepsError) {
  StepCrew crew(2);
  StepCrew::Loop loop(&crew);
  const auto fail = [](int first, int) {
    if (first == 0) throw std::bad_alloc();
  };
  EXPECT_THROW(loop.MakeStep(1, kPanels, false, fail), std::bad_alloc);
  EXPECT_THROW(loop.MakeStep(8, kPanels, false, fail), std::bad_alloc);
  MakersOf(loop, 1);
}

}  // namespace
}  // namespace carousel
