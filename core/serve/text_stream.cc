#include "core/serve/text_stream.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "core/base/status_macros.h"
#include "core/serve/probability.h"
#include "core/text/encoder.h"
#include "core/text/text_errors.h"

namespace carousel {
namespace {

// A few milliseconds of work each.
constexpr std::size_t kStepBytes = 64 << 10;
constexpr std::size_t kStepTokens = 64;

}  // namespace

absl::StatusOr<std::unique_ptr<TextStream>> TextStream::Create(
    std::shared_ptr<const LiveModel> model, const Clock& clock) {
  ASSIGN_OR_RETURN(std::unique_ptr<TextReader> reader, model->BeginText());
  return std::unique_ptr<TextStream>(
      new TextStream(std::move(model), std::move(reader), clock));
}

TextStream::TextStream(std::shared_ptr<const LiveModel> model,
                       std::unique_ptr<TextReader> reader, const Clock& clock)
    : model_(std::move(model)),
      reader_(std::move(reader)),
      clock_(clock),
      tokenizer_(model_->encoder().tokenizer()) {}

absl::Status TextStream::Add(std::string chunk) {
  const std::size_t bytes =
      static_cast<std::size_t>(tokenizer_.bytes()) + chunk.size();
  if (bytes > TextEncoder::kMaxTextBytes) return TextTooLongError(bytes);
  chunk_ = std::move(chunk);
  tokenized_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<bool> TextStream::Step() {
  const auto began = clock_.SteadyNow();
  if (read_ < waiting_.size()) {
    RETURN_IF_ERROR(ReadNext());
    forward_time_ += clock_.SteadyNow() - began;
    return true;
  }
  if (tokenized_ < chunk_.size() || is_over_ != is_finished_) {
    RETURN_IF_ERROR(TokenizeNext());
    tokenize_time_ += clock_.SteadyNow() - began;
    return true;
  }
  return false;
}

absl::Status TextStream::TokenizeNext() {
  waiting_.clear();
  read_ = 0;
  const auto take = [this](std::string_view token) { TakeToken(token); };
  if (tokenized_ == chunk_.size()) {
    is_finished_ = true;
    return tokenizer_.Finish(take);
  }
  const std::string_view piece =
      std::string_view(chunk_).substr(tokenized_, kStepBytes);
  tokenized_ += piece.size();
  RETURN_IF_ERROR(tokenizer_.Append(piece, take));
  if (tokenized_ == chunk_.size()) {
    chunk_ = {};
    tokenized_ = 0;
  }
  return absl::OkStatus();
}

void TextStream::TakeToken(std::string_view token) {
  const TokenId id = model_->encoder().vocabulary().Find(token);
  if (id == kUnknownId) ++unknown_tokens_;
  if (static_cast<std::size_t>(tokens_) < model_->encoder().max_tokens()) {
    waiting_.push_back(id);
  }
  ++tokens_;
}

absl::Status TextStream::ReadNext() {
  const std::size_t count = std::min(kStepTokens, waiting_.size() - read_);
  RETURN_IF_ERROR(reader_->Read(std::span(waiting_).subspan(read_, count)));
  read_ += count;
  probability_.reset();
  return absl::OkStatus();
}

absl::StatusOr<RunningAnswer> TextStream::Answer() {
  const ModelConfig& config = model_->config();
  RunningAnswer answer{
      .model = model_->name(),
      .version = model_->version(),
      .label_names = {config.label_names.begin(), config.label_names.end()},
      .tokens = tokens_,
      .bytes = tokenizer_.bytes(),
      .is_cut =
          static_cast<std::size_t>(tokens_) > model_->encoder().max_tokens()};
  if (tokens_ == 0) {
    if (is_over_) return NoTokensError();
    return answer;
  }
  if (!probability_.has_value()) {
    ASSIGN_OR_RETURN(const double probability, reader_->Answer());
    ASSIGN_OR_RETURN(probability_, CheckProbability(probability));
  }
  answer.probability = probability_;
  answer.label = config.label_names[*probability_ >= 0.5 ? 1 : 0];
  return answer;
}

}  // namespace carousel
