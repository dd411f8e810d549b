#include "core/text/encoder.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/text/normalizer.h"
#include "core/text/text_errors.h"
#include "core/text/token_splitter.h"

namespace carousel {
namespace {

struct TruncationName {
  Truncation truncation;
  std::string_view name;
};
constexpr auto kTruncationNames = std::to_array<TruncationName>({
    {Truncation::kHead, "head"},
    {Truncation::kTail, "tail"},
    {Truncation::kHeadTail, "head_tail"},
});

// How many of the `max_tokens` that are kept come from the text's beginning.
std::size_t HeadTokens(Truncation truncation, std::size_t max_tokens) {
  switch (truncation) {
    case Truncation::kHead:
      return max_tokens;
    case Truncation::kTail:
      return 0;
    case Truncation::kHeadTail:
      return max_tokens / 4;
  }
  return max_tokens;
}

void Cut(Truncation truncation, std::size_t max_tokens,
         std::vector<TokenId>& tokens) {
  if (tokens.size() <= max_tokens) return;
  const std::size_t surplus = tokens.size() - max_tokens;
  const auto first = tokens.begin() + HeadTokens(truncation, max_tokens);
  tokens.erase(first, first + surplus);
  // It may wait in a queue, where what was cut off should cost nothing.
  tokens.shrink_to_fit();
}

// Looks words up some at a time.
class WordBatch {
 public:
  WordBatch(const Vocabulary& vocabulary, std::vector<TokenId>& ids)
      : vocabulary_(vocabulary), ids_(ids) {}

  // `padded_word` is valid until Flush().
  void Add(std::string_view padded_word) {
    words_[count_++] = padded_word;
    if (count_ == words_.size()) Flush();
  }
  void Flush() {
    ids_.resize(ids_.size() + count_);
    vocabulary_.FindAll(std::span(words_).first(count_),
                        std::span(ids_).last(count_));
    count_ = 0;
  }

 private:
  const Vocabulary& vocabulary_;
  std::vector<TokenId>& ids_;
  std::array<std::string_view, 32> words_;
  std::size_t count_ = 0;
};

}  // namespace

std::string_view ToString(Truncation truncation) {
  return std::ranges::find(kTruncationNames, truncation,
                           &TruncationName::truncation)
      ->name;
}

absl::StatusOr<Truncation> ParseTruncation(std::string_view text) {
  const auto found =
      std::ranges::find(kTruncationNames, text, &TruncationName::name);
  if (found == kTruncationNames.end()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "truncate is ", Quote(text), "; it must be head, tail or head_tail"));
  }
  return found->truncation;
}

TextEncoder::TextEncoder(TextOptions options, Vocabulary vocabulary,
                         std::size_t max_tokens, Truncation truncation)
    : tokenizer_(options),
      vocabulary_(std::move(vocabulary)),
      max_tokens_(max_tokens),
      truncation_(truncation) {}

absl::StatusOr<EncodedText> TextEncoder::Encode(std::string_view text) const {
  if (text.size() > kMaxTextBytes) return TextTooLongError(text.size());
  ASSIGN_OR_RETURN(std::string clean,
                   NormalizeText(text, tokenizer_.options()));
  EncodedText encoded;
  encoded.tokens.reserve(clean.size() / kBytesPerToken);
  WordBatch batch(vocabulary_, encoded.tokens);
  const auto visit = [&batch](std::string_view token) { batch.Add(token); };
  TokenSplitter(clean, tokenizer_.options(), visit).Run();
  batch.Flush();
  return Finish(std::move(encoded));
}

absl::StatusOr<EncodedText> TextEncoder::EncodeTokens(
    const std::vector<std::string>& tokens) const {
  EncodedText encoded;
  encoded.tokens.reserve(tokens.size());
  for (const std::string& token : tokens) {
    encoded.tokens.push_back(vocabulary_.Find(token));
  }
  return Finish(std::move(encoded));
}

absl::StatusOr<EncodedText> TextEncoder::Finish(EncodedText encoded) const {
  if (encoded.tokens.empty()) return NoTokensError();
  encoded.token_count = static_cast<std::int64_t>(encoded.tokens.size());
  encoded.unknown_count = std::ranges::count(encoded.tokens, kUnknownId);
  Cut(truncation_, max_tokens_, encoded.tokens);
  return encoded;
}

}  // namespace carousel
