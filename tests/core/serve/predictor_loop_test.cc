// The predictor over a model that reads rows (LiveModel::ReadRows).
#include <atomic>
#include <chrono>
#include <future>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/serve/predictor_fixture.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using enum absl::StatusCode;

class PredictorLoopTest : public PredictorTest {
 protected:
  PredictorLoopTest() {
    step_ = [this](std::size_t under_way) {
      under_way_.store(under_way);
      if (!gated_) return absl::OkStatus();
      stepped_.release();
      go_on_.acquire();
      return failure_;
    };
  }

  void ExpectAnswers(const Reply& reply,
                     const std::vector<std::string>& texts) {
    ASSERT_OK(reply);
    ASSERT_THAT(reply->results, SizeIs(texts.size()));
    for (std::size_t i = 0; i < texts.size(); ++i) {
      ASSERT_OK(reply->results[i]);
      EXPECT_NEAR(reply->results[i]->probability,
                  model_->ProbabilityOf(texts[i]), 1e-9)
          << texts[i];
    }
  }

  // A step says that it is about to begin, and waits to be let through.
  bool gated_ = false;
  absl::Status failure_;
  std::atomic<std::size_t> under_way_ = 0;
  std::counting_semaphore<> stepped_{0};
  std::counting_semaphore<> go_on_{0};
};

TEST_F(PredictorLoopTest, AnswersEachTextAtItsPlace) {
  for (const int threads : {1, 3}) {
    const auto predictor =
        MakePredictor({.threads = threads, .queue = {.batch = {.rows = 3}}});
    std::vector<std::string> texts;
    for (int i = 0; i < 40; ++i) {
      std::string text = absl::StrCat("w", i);
      for (int j = 0; j < i * 7 % 5; ++j) absl::StrAppend(&text, " w", j);
      texts.push_back(std::move(text));
    }
    ExpectAnswers(Call(*predictor, Request(texts)), texts);
  }
}

TEST_F(PredictorLoopTest, ATextThatComesLaterJoinsThoseUnderWay) {
  gated_ = true;
  ManualExecutor executor;
  Predictor predictor({}, registry_, {executor, executor}, clock_, nullptr);
  auto slow = Start(predictor, Request({"w1 w2 w3 w4", "w5 w6 w7"}));
  executor.RunAll();
  stepped_.acquire();
  EXPECT_EQ(under_way_, 2);
  auto quick = Start(predictor, Request({"w8"}));
  executor.RunAll();
  go_on_.release();  // "w5 w6 w7" ends
  stepped_.acquire();
  EXPECT_EQ(under_way_, 2);
  go_on_.release();  // "w8" ends, before the text that came first
  ExpectAnswers(quick.get(), {"w8"});
  EXPECT_EQ(slow.wait_for(std::chrono::seconds(0)),
            std::future_status::timeout);
  go_on_.release(10);
  ExpectAnswers(slow.get(), {"w1 w2 w3 w4", "w5 w6 w7"});
}

TEST_F(PredictorLoopTest, ALoopThatBreaksFailsItsTextsAndTheNextOneRuns) {
  gated_ = true;
  failure_ = absl::ResourceExhaustedError("memory ran out");
  go_on_.release();
  const auto predictor = MakePredictor();
  EXPECT_THAT(Call(*predictor, Request({"w1", "w2"})),
              StatusIs(kResourceExhausted,
                       AllOf(HasSubstr("m@1"), HasSubstr("memory ran out"))));
  gated_ = false;
  ExpectAnswers(Call(*predictor, Request({"w1"})), {"w1"});
}

TEST_F(PredictorLoopTest, StopAnswersWhatItHasTaken) {
  gated_ = true;
  const auto predictor = MakePredictor({.queue = {.batch = {.rows = 2}}});
  const std::vector<std::string> texts = {"w1", "w2", "w3", "w4", "w5"};
  auto reply = Start(*predictor, Request(texts));
  stepped_.acquire();
  std::thread stop([&] { predictor->Stop(); });
  go_on_.release(100);
  stop.join();
  ExpectAnswers(reply.get(), texts);
}

}  // namespace
}  // namespace carousel
