// One call of Predictor::Predict on its way: its texts, what became of each,
// and how much is left to do.
#ifndef CAROUSEL_CORE_SERVE_PREDICT_CALL_H_
#define CAROUSEL_CORE_SERVE_PREDICT_CALL_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/serve/live_model.h"
#include "core/serve/predictor.h"
#include "core/text/encoder.h"

namespace carousel {

// Texts [begin, end) of a call.
struct TextChunk {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool operator==(const TextChunk&) const = default;
};

// Chunks of a few milliseconds of work at most, so that a small call never
// waits long behind a large one: up to 64 texts, and up to 128 KiB unless one
// text alone is larger.
std::vector<TextChunk> SplitIntoChunks(const std::vector<std::string>& texts);

std::size_t TotalBytes(const std::vector<std::string>& texts);

// Passed from thread to thread, and its errors moved, not shared: whoever gets
// the reply owns all of it. An entry of `encoded` or `answers` is written
// by one thread, and read by the one that brings the count of what is left
// to 0.
struct PredictCall {
  PredictCall(PredictRequest the_request, Predictor::Done the_done,
              SteadyTime now)
      : request(std::move(the_request)),
        done(std::move(the_done)),
        began(now),
        count(request.texts.size()),
        bytes(TotalBytes(request.texts)) {}

  // Makes room for `the_model`'s answers.
  void StartEncoding(std::shared_ptr<const LiveModel> the_model,
                     SteadyTime now);

  // Why nobody wants the reply any more; OK while somebody does.
  absl::Status CheckWanted(const Clock& clock) const;

  // The model's answers as a reply; takes them.
  PredictReply TakeReply(SteadyTime now);

  PredictRequest request;
  const Predictor::Done done;
  const SteadyTime began;
  const std::size_t count;  // of texts
  const std::size_t bytes;  // of all texts

  std::shared_ptr<const LiveModel> model;  // null until it is found
  SteadyTime encode_started;
  SteadyTime encode_ended;
  FirstTime first_batch;
  std::vector<TextChunk> chunks;
  std::atomic<std::size_t> next_chunk = 0;
  std::atomic<std::size_t> chunks_left = 0;
  std::vector<absl::StatusOr<EncodedText>> encoded;
  std::vector<absl::StatusOr<double>> answers;
  std::atomic<std::size_t> answers_left = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_PREDICT_CALL_H_
