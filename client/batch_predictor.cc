#include "client/batch_predictor.h"

#include <algorithm>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/base/error_details.h"
#include "core/base/executor.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

// With the delay doubled four times over, a queue that stays full for minutes.
constexpr int kMaxAttempts = 16;
constexpr int kMaxDoublings = 4;

using Answer = absl::StatusOr<v1::PredictResponse>;

// One call, repeated while the server says that it is worth it.
Answer PredictPatiently(const Client& client, const v1::PredictRequest& request,
                        const CallOptions& options, Waiter& waiter) {
  for (int attempt = 0;; ++attempt) {
    Answer answer = client.Predict(request, options);
    if (answer.ok() || !absl::IsResourceExhausted(answer.status()) ||
        attempt + 1 == kMaxAttempts) {
      return answer;
    }
    const absl::Duration delay = GetRetryDelay(answer.status()) *
                                 (1 << std::min(attempt, kMaxDoublings));
    if (delay <= absl::ZeroDuration() ||
        absl::Now() + delay > options.deadline) {
      return answer;
    }
    waiter.Wait(delay, options.stop);
  }
}

// Cuts the texts of a source into requests.
class RequestCutter {
 public:
  RequestCutter(const BatchOptions& options, const TextSource& source)
      : max_texts_(std::min(options.texts_per_call, kMaxTextsPerCall)),
        max_bytes_(std::min(options.bytes_per_call, kMaxBytesPerCall)),
        source_(source) {}

  // Fills `request` with the next texts; none at the end. A text that alone is
  // larger than bytes_per_call goes alone.
  absl::Status Next(v1::PredictRequest& request) {
    std::size_t bytes = 0;
    while (request.texts_size() < max_texts_) {
      if (!text_.has_value()) {
        std::string text;
        ASSIGN_OR_RETURN(const bool more, source_(text));
        if (!more) break;
        if (text.size() > kMaxBytesPerCall) {
          return absl::InvalidArgumentError(absl::StrCat(
              "a text has ", text.size(), " bytes; a call carries at most ",
              kMaxBytesPerCall));
        }
        text_ = std::move(text);
      }
      bytes += text_->size();
      if (bytes > max_bytes_ && request.texts_size() > 0) break;
      request.add_texts(*std::move(text_));
      text_.reset();
    }
    return absl::OkStatus();
  }

 private:
  const int max_texts_;
  const std::size_t max_bytes_;
  const TextSource& source_;
  std::optional<std::string> text_;  // read, and too much for the last request
};

absl::Status Emit(const v1::PredictRequest& request, const Answer& answer,
                  const ResultSink& sink) {
  RETURN_IF_ERROR(answer.status());
  if (answer->results_size() != request.texts_size()) {
    return absl::InternalError(
        absl::StrCat("the server answered ", request.texts_size(),
                     " texts with ", answer->results_size(), " results"));
  }
  for (int i = 0; i < answer->results_size(); ++i) {
    RETURN_IF_ERROR(sink(*answer, i));
  }
  return absl::OkStatus();
}

// Keeps a few calls on their way and gives out their results in order.
class Pipeline {
 public:
  Pipeline(const Client& client, const BatchOptions& options, Waiter& waiter)
      : client_(client),
        waiter_(waiter),
        call_{.deadline = options.call.deadline, .stop = stop_.get_token()},
        forward_stop_(options.call.stop, [this] { stop_.request_stop(); }),
        calls_in_flight_(static_cast<std::size_t>(options.calls_in_flight)),
        threads_(calls_in_flight_) {}

  // An error leaves calls behind that nobody waits for.
  ~Pipeline() { stop_.request_stop(); }

  bool full() const { return pending_.size() >= calls_in_flight_; }
  bool empty() const { return pending_.empty(); }

  void Start(v1::PredictRequest request) {
    auto call = std::make_unique<Pending>();
    call->request = std::move(request);
    call->answer = call->promise.get_future();
    threads_.Run([this, pending = call.get()] {
      pending->promise.set_value(
          PredictPatiently(client_, pending->request, call_, waiter_));
    });
    pending_.push_back(std::move(call));
  }

  // Waits for the oldest call.
  absl::Status EmitOldest(const ResultSink& sink) {
    Pending& oldest = *pending_.front();
    const Answer answer = oldest.answer.get();
    RETURN_IF_ERROR(Emit(oldest.request, answer, sink));
    pending_.pop_front();
    return absl::OkStatus();
  }

 private:
  struct Pending {
    v1::PredictRequest request;
    std::promise<Answer> promise;
    std::future<Answer> answer;
  };

  const Client& client_;
  Waiter& waiter_;
  std::stop_source stop_;
  const CallOptions call_;
  const std::stop_callback<std::function<void()>> forward_stop_;
  const std::size_t calls_in_flight_;
  std::deque<std::unique_ptr<Pending>> pending_;
  ThreadPool threads_;  // last: its threads end before what they use
};

}  // namespace

absl::Status PredictAll(const Client& client, const BatchOptions& options,
                        Waiter& waiter, const TextSource& source,
                        const ResultSink& sink) {
  RequestCutter cutter(options, source);
  v1::PredictRequest request;
  request.set_model(options.model);
  RETURN_IF_ERROR(cutter.Next(request));
  if (request.texts_size() == 0) return absl::OkStatus();
  const Answer first = PredictPatiently(client, request, options.call, waiter);
  RETURN_IF_ERROR(Emit(request, first, sink));
  const std::string model = absl::StrCat(first->model(), "@", first->version());

  Pipeline pipeline(client, options, waiter);
  for (;;) {
    request.Clear();
    request.set_model(model);
    RETURN_IF_ERROR(cutter.Next(request));
    if (request.texts_size() == 0) break;
    if (pipeline.full()) RETURN_IF_ERROR(pipeline.EmitOldest(sink));
    pipeline.Start(std::move(request));
  }
  while (!pipeline.empty()) RETURN_IF_ERROR(pipeline.EmitOldest(sink));
  return absl::OkStatus();
}

}  // namespace carousel::client
