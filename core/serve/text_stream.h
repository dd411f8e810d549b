// One text that comes in chunks, on its way through a model.
#ifndef CAROUSEL_CORE_SERVE_TEXT_STREAM_H_
#define CAROUSEL_CORE_SERVE_TEXT_STREAM_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/serve/live_model.h"
#include "core/serve/text_reader.h"
#include "core/text/stream_tokenizer.h"

namespace carousel {

// What a model says of a text so far.
struct RunningAnswer {
  std::string model;
  std::int64_t version = 0;
  std::vector<std::string> label_names;  // [negative, positive]
  // Both empty before the first whole token.
  std::string label;                  // as the training file spells it
  std::optional<double> probability;  // of positive
  std::int64_t tokens = 0;            // whole ones, also behind the cut
  std::int64_t bytes = 0;
  // There are more tokens than the model reads: what comes changes nothing.
  bool is_cut = false;
};

// Ends at what LiveModel::Predict says of the whole text, wherever the chunks
// begin and end. Holds the model through swaps and unloads. Memory: the chunk
// that is being read, what StreamTokenizer holds back, no more tokens than the
// model reads, and the model's state.
//
// Work is done in steps of a few milliseconds, so that whoever runs many
// streams on few threads can take turns. Not thread-safe.
class TextStream {
 public:
  // FAILED_PRECONDITION as CheckCanStream.
  static absl::StatusOr<std::unique_ptr<TextStream>> Create(
      std::shared_ptr<const LiveModel> model, const Clock& clock);

  // The text's next bytes; all before must be read. INVALID_ARGUMENT with
  // reason TEXT_TOO_LONG when they are over TextEncoder::kMaxTextBytes
  // together.
  absl::Status Add(std::string chunk);
  // The text is over; what is left of it is to be read.
  void End() { is_over_ = true; }

  // Does a step; false when all that was added is read. INVALID_ARGUMENT with
  // reason INVALID_UTF8, or the model's own error. After an error the stream is
  // of no more use.
  absl::StatusOr<bool> Step();

  // INTERNAL when the model gives what is no probability; INVALID_ARGUMENT with
  // reason NO_TOKENS when the text is over without any.
  absl::StatusOr<RunningAnswer> Answer();

  const LiveModel& model() const { return *model_; }
  std::int64_t tokens() const { return tokens_; }
  std::int64_t unknown_tokens() const { return unknown_tokens_; }
  // Where the time of the steps went.
  using Duration = std::chrono::steady_clock::duration;
  Duration tokenize_time() const { return tokenize_time_; }
  Duration forward_time() const { return forward_time_; }

 private:
  TextStream(std::shared_ptr<const LiveModel> model,
             std::unique_ptr<TextReader> reader, const Clock& clock);

  absl::Status TokenizeNext();
  absl::Status ReadNext();
  void TakeToken(std::string_view token);

  const std::shared_ptr<const LiveModel> model_;
  const std::unique_ptr<TextReader> reader_;
  const Clock& clock_;
  StreamTokenizer tokenizer_;

  std::string chunk_;                  // being tokenized
  std::size_t tokenized_ = 0;          // bytes of it
  bool is_over_ = false;               // nothing comes behind chunk_
  bool is_finished_ = false;           // and the tokenizer knows
  std::vector<TokenId> waiting_;       // that the model is to read
  std::size_t read_ = 0;               // of them
  std::optional<double> probability_;  // of all that is read, once asked for
  std::int64_t tokens_ = 0;
  std::int64_t unknown_tokens_ = 0;
  Duration tokenize_time_{};
  Duration forward_time_{};
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_TEXT_STREAM_H_
