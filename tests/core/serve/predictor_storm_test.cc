// Many callers at once, some of whom give up; run under ThreadSanitizer too.

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/random.h"
#include "gtest/gtest.h"
#include "tests/core/serve/predictor_fixture.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

constexpr int kCallers = 4;
constexpr int kCalls = 60;

std::string RandomText(std::mt19937_64& random) {
  std::string text;
  // Sometimes no word at all.
  const std::uint64_t words = UniformBelow(random, 12);
  for (std::uint64_t i = 0; i < words; ++i) {
    absl::StrAppend(&text, "w", UniformBelow(random, 1000), " ");
  }
  return text;
}

class PredictorStormTest : public PredictorTest {
 protected:
  // Calls one after the other; a good reply has every answer at its own text.
  void RunCaller(Predictor& predictor, int seed) {
    std::mt19937_64 random(seed);
    for (int call = 0; call < kCalls; ++call) {
      std::vector<std::string> texts;
      const std::uint64_t count = 1 + UniformBelow(random, 150);
      for (std::uint64_t i = 0; i < count; ++i) {
        texts.push_back(RandomText(random));
      }
      PredictRequest request = Request(texts);
      std::atomic<int> asked = 0;
      const std::uint64_t mood = UniformBelow(random, 4);
      if (mood == 0) {
        request.deadline =
            std::chrono::steady_clock::now() +
            std::chrono::microseconds(UniformBelow(random, 3000));
      } else if (mood == 1) {
        // Goes away after it has been asked a few times.
        request.cancelled = [&asked, patience = UniformBelow(random, 300)] {
          return asked++ >= static_cast<int>(patience);
        };
      }
      const Reply reply = Call(predictor, std::move(request));
      Check(reply, texts, mood);
    }
  }

  void Check(const Reply& reply, const std::vector<std::string>& texts,
             std::uint64_t mood) {
    if (!reply.ok()) {
      EXPECT_THAT(reply,
                  StatusIs(mood == 0 ? absl::StatusCode::kDeadlineExceeded
                                     : absl::StatusCode::kCancelled));
      EXPECT_LE(mood, 1u);
      return;
    }
    ASSERT_EQ(reply->results.size(), texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      ASSERT_EQ(reply->results[i].ok(), !texts[i].empty());
      if (texts[i].empty()) continue;
      ASSERT_EQ(reply->results[i]->probability,
                model_->ProbabilityOf(texts[i]));
    }
  }
};

TEST_F(PredictorStormTest, EveryAnswerLandsAtItsOwnText) {
  Predictor predictor({.threads = 2, .queue = {.batch = {.rows = 16}}},
                      registry_, {executor_, executor_}, Clock::Real(),
                      nullptr);
  std::vector<std::thread> callers;
  callers.reserve(kCallers);
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&, i] { RunCaller(predictor, i); });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(predictor.queue_depth(), 0u);
}

TEST_F(PredictorStormTest, StopInTheMiddleLeavesNobodyWithoutAReply) {
  Predictor predictor({.threads = 2, .queue = {.batch = {.rows = 16}}},
                      registry_, {executor_, executor_}, Clock::Real(),
                      nullptr);
  std::atomic<int> answered = 0;
  std::vector<std::thread> callers;
  callers.reserve(kCallers);
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      while (true) {
        const Reply reply = Call(predictor, Request({"w1", "w2 w3"}));
        ++answered;
        answered.notify_all();
        if (reply.ok()) continue;
        EXPECT_THAT(reply, StatusIs(absl::StatusCode::kUnavailable));
        return;
      }
    });
  }
  for (int seen = answered; seen < 100; seen = answered) answered.wait(seen);
  predictor.Stop();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(predictor.queue_depth(), 0u);
}

}  // namespace
}  // namespace carousel
