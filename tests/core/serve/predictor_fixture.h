// A predictor over a real store and a model whose answers the test gives.
#ifndef CAROUSEL_TESTS_CORE_SERVE_PREDICTOR_FIXTURE_H_
#define CAROUSEL_TESTS_CORE_SERVE_PREDICTOR_FIXTURE_H_

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

#include "core/base/executor.h"
#include "core/serve/model_registry.h"
#include "core/serve/predictor.h"
#include "tests/core/store/store_fixture.h"
#include "tests/support/fake_live_model.h"

namespace carousel {

using Reply = absl::StatusOr<PredictReply>;

// Runs tasks when the test says so, on its own thread.
class ManualExecutor final : public Executor {
 public:
  void Run(std::function<void()> task) override {
    tasks_.push_back(std::move(task));
  }
  void RunOne() {
    std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    task();
  }
  void RunAll() {
    while (!tasks_.empty()) RunOne();
  }
  std::size_t size() const { return tasks_.size(); }

 private:
  std::deque<std::function<void()>> tasks_;
};

class PredictorTest : public StoreTest {
 protected:
  PredictorTest() : registry_(*models_, Loader(), nullptr), executor_(2) {
    EXPECT_OK(registry_.Publish({.model = "m", .job = "job-1"},
                                Content("weights", "w"), false));
    model_ = std::dynamic_pointer_cast<const FakeLiveModel>(
        registry_.Get({.name = "m"}).value());
  }

  std::unique_ptr<Predictor> MakePredictor(
      PredictorOptions options = {}, PredictObserver* observer = nullptr) {
    return std::make_unique<Predictor>(options, registry_,
                                       PredictorExecutors{executor_, executor_},
                                       clock_, observer);
  }

  static PredictRequest Request(std::vector<std::string> texts) {
    return {.model = {.name = "m"}, .texts = std::move(texts)};
  }
  // The reply will be there when `done` has been called; twice ends the test.
  static std::future<Reply> Start(Predictor& predictor,
                                  PredictRequest request) {
    const auto promise = std::make_shared<std::promise<Reply>>();
    predictor.Predict(std::move(request), [promise](Reply reply) {
      promise->set_value(std::move(reply));
    });
    return promise->get_future();
  }
  static Reply Call(Predictor& predictor, PredictRequest request) {
    return Start(predictor, std::move(request)).get();
  }

  // Every batch says that it has begun, and waits to be let through.
  void CloseGate() {
    answer_ = [this](std::span<const EncodedText> texts) {
      begun_.release();
      go_on_.acquire();
      return FakeLiveModel::AnswerByTokens(texts);
    };
  }
  void AwaitBatch() { begun_.acquire(); }
  void OpenGate(int batches = 1000) { go_on_.release(batches); }

  // How the model answers; not to be changed while a batch may run.
  FakeLiveModel::Answer answer_ = &FakeLiveModel::AnswerByTokens;
  // When it is there, the model reads rows instead of batches.
  FakeLiveModel::Step step_;
  ModelRegistry registry_;
  ThreadPool executor_;
  std::shared_ptr<const FakeLiveModel> model_;

 private:
  ModelRegistry::Loader Loader() {
    return [this](const std::string& name, std::int64_t version,
                  const std::filesystem::path&) {
      return std::make_shared<FakeLiveModel>(
          name, version,
          [this](std::span<const EncodedText> texts) { return answer_(texts); },
          &step_);
    };
  }

  std::counting_semaphore<> begun_{0};
  std::counting_semaphore<> go_on_{0};
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_CORE_SERVE_PREDICTOR_FIXTURE_H_
