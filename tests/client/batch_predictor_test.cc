#include "client/batch_predictor.h"

#include <future>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "tests/client/fake_server.h"
#include "tests/client/fake_waiter.h"
#include "tests/support/status_matchers.h"

namespace carousel::client {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::SizeIs;

TextSource FromVector(const std::vector<std::string>& texts) {
  return [&texts, next = std::size_t{0}](
             std::string& text) mutable -> absl::StatusOr<bool> {
    if (next == texts.size()) return false;
    text = texts[next++];
    return true;
  };
}

// Answers every text with itself as the label, so that order shows.
grpc::Status Echo(const v1::PredictRequest& request,
                  v1::PredictResponse& response) {
  response.set_model("imdb");
  response.set_version(3);
  for (const std::string& text : request.texts()) {
    response.add_results()->mutable_prediction()->set_label(text);
  }
  return grpc::Status::OK;
}

class BatchPredictorTest : public ::testing::Test {
 protected:
  absl::Status Predict(const std::vector<std::string>& texts,
                       BatchOptions options = {}) {
    options.model = "imdb";
    return PredictAll(
        client_, options, waiter_, FromVector(texts),
        [this](const v1::PredictResponse& response, int index) {
          labels_.push_back(response.results(index).prediction().label());
          return absl::OkStatus();
        });
  }

  FakeServer server_;
  Client client_{server_.address()};
  FakeWaiter waiter_;
  std::vector<std::string> labels_;
};

std::vector<std::string> Numbers(int count) {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) texts.push_back(absl::StrCat("text ", i));
  return texts;
}

TEST_F(BatchPredictorTest, CutsTextsIntoCallsAndKeepsTheirOrder) {
  Mutex mutex;
  std::vector<int> sizes;
  server_.predict = [&](const auto& request, auto& response) {
    MutexLock lock(mutex);
    sizes.push_back(request.texts_size());
    return Echo(request, response);
  };
  const std::vector<std::string> texts = Numbers(1234);
  ASSERT_OK(Predict(texts, {.texts_per_call = 100}));
  EXPECT_EQ(labels_, texts);
  EXPECT_THAT(sizes, SizeIs(13));
  EXPECT_THAT(sizes, Each(Le(100)));
}

TEST_F(BatchPredictorTest, NeverSendsMoreThanACallMayCarry) {
  Mutex mutex;
  std::vector<int> sizes;
  server_.predict = [&](const auto& request, auto& response) {
    MutexLock lock(mutex);
    sizes.push_back(request.texts_size());
    return Echo(request, response);
  };
  ASSERT_OK(
      Predict(Numbers(kMaxTextsPerCall + 1), {.texts_per_call = 1'000'000}));
  EXPECT_THAT(sizes, ElementsAre(kMaxTextsPerCall, 1));
}

TEST_F(BatchPredictorTest, CutsByBytesToo) {
  Mutex mutex;
  std::vector<std::size_t> bytes;
  server_.predict = [&](const auto& request, auto& response) {
    MutexLock lock(mutex);
    std::size_t sum = 0;
    for (const std::string& text : request.texts()) sum += text.size();
    bytes.push_back(sum);
    return Echo(request, response);
  };
  const std::vector<std::string> texts = {
      std::string(600, 'a'), std::string(300, 'b'), std::string(200, 'c'),
      std::string(5000, 'd'), std::string(1, 'e')};
  ASSERT_OK(Predict(texts, {.bytes_per_call = 1000, .calls_in_flight = 1}));
  EXPECT_EQ(labels_, texts);
  EXPECT_THAT(bytes, ElementsAre(900, 200, 5000, 1));
}

TEST_F(BatchPredictorTest, ATextThatNoCallCarriesIsRefused) {
  server_.predict = Echo;
  EXPECT_THAT(
      Predict({std::string(kMaxBytesPerCall + 1, 'x')}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("33554433")));
}

TEST_F(BatchPredictorTest, TheVersionOfTheFirstCallAnswersAll) {
  Mutex mutex;
  std::vector<std::string> models;
  server_.predict = [&](const auto& request, auto& response) {
    MutexLock lock(mutex);
    models.push_back(request.model());
    return Echo(request, response);
  };
  ASSERT_OK(Predict(Numbers(3), {.texts_per_call = 1}));
  EXPECT_THAT(models, ElementsAre("imdb", "imdb@3", "imdb@3"));
}

TEST_F(BatchPredictorTest, WithoutTextsThereIsNoCall) {
  ASSERT_OK(Predict({}));
  EXPECT_THAT(labels_, SizeIs(0));
}

TEST_F(BatchPredictorTest, WaitsAsLongAsAFullQueueAsks) {
  int calls = 0;
  server_.predict = [&](const auto& request, auto& response) {
    if (++calls <= 3) {
      return StatusWithDetails(grpc::StatusCode::RESOURCE_EXHAUSTED,
                               "the queue is full",
                               {.reason = "QUEUE_FULL", .retry_seconds = 0.5});
    }
    return Echo(request, response);
  };
  ASSERT_OK(Predict({"a"}));
  EXPECT_THAT(waiter_.waits(), ElementsAre(absl::Milliseconds(500),
                                           absl::Seconds(1), absl::Seconds(2)));
}

TEST_F(BatchPredictorTest, DoesNotRepeatWhatIsRefusedForGood) {
  server_.predict = [](const auto&, auto&) {
    return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too large");
  };
  EXPECT_THAT(Predict({"a"}),
              StatusIs(absl::StatusCode::kResourceExhausted, "too large"));
  EXPECT_THAT(waiter_.waits(), SizeIs(0));
}

TEST_F(BatchPredictorTest, GivesUpOnAQueueThatStaysFull) {
  server_.predict = [](const auto&, auto&) {
    return StatusWithDetails(grpc::StatusCode::RESOURCE_EXHAUSTED, "full",
                             {.retry_seconds = 1});
  };
  EXPECT_THAT(Predict({"a"}), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(waiter_.waits(), SizeIs(15));
}

TEST_F(BatchPredictorTest, DoesNotWaitPastTheDeadline) {
  server_.predict = [](const auto&, auto&) {
    return StatusWithDetails(grpc::StatusCode::RESOURCE_EXHAUSTED, "full",
                             {.retry_seconds = 3600});
  };
  EXPECT_THAT(
      Predict({"a"}, {.call = {.deadline = absl::Now() + absl::Minutes(30)}}),
      StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(waiter_.waits(), SizeIs(0));
}

TEST_F(BatchPredictorTest, OneFailedCallEndsTheRunAndTheOthers) {
  std::promise<void> done;
  server_.predict = [released = done.get_future().share()](const auto& request,
                                                           auto& response) {
    if (request.texts(0) == "text 1") {
      return grpc::Status(grpc::StatusCode::NOT_FOUND, "deleted meanwhile");
    }
    // Hangs until the run is over: only a cancelled call lets the run end.
    if (request.texts(0) != "text 0") released.wait();
    return Echo(request, response);
  };
  EXPECT_THAT(Predict(Numbers(4), {.texts_per_call = 1}),
              StatusIs(absl::StatusCode::kNotFound, "deleted meanwhile"));
  EXPECT_THAT(labels_, ElementsAre("text 0"));
  done.set_value();
}

TEST_F(BatchPredictorTest, AResponseOfAnotherLengthIsAnError) {
  server_.predict = [](const auto&, auto& response) {
    response.add_results();
    return grpc::Status::OK;
  };
  EXPECT_THAT(Predict({"a", "b"}), StatusIs(absl::StatusCode::kInternal));
}

TEST_F(BatchPredictorTest, AnErrorOfTheSourceEndsTheRun) {
  server_.predict = Echo;
  int given = 0;
  const absl::Status status = PredictAll(
      client_, {.model = "imdb", .texts_per_call = 2}, waiter_,
      [&given](std::string& text) -> absl::StatusOr<bool> {
        if (++given > 5) return absl::DataLossError("cut");
        text = "a";
        return true;
      },
      [](const v1::PredictResponse&, int) { return absl::OkStatus(); });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss, "cut"));
}

TEST_F(BatchPredictorTest, AnErrorOfTheSinkEndsTheRun) {
  server_.predict = Echo;
  const std::vector<std::string> texts = Numbers(10);
  EXPECT_THAT(PredictAll(client_, {.model = "imdb", .texts_per_call = 1},
                         waiter_, FromVector(texts),
                         [](const v1::PredictResponse&, int) {
                           return absl::ResourceExhaustedError("disk full");
                         }),
              StatusIs(absl::StatusCode::kResourceExhausted, "disk full"));
}

}  // namespace
}  // namespace carousel::client
