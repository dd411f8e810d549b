#include "core/text/encoder.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/text/text_errors.h"

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
  EncodedText encoded;
  RETURN_IF_ERROR(tokenizer_.ForEachToken(
      text, [&](std::string_view token) { AppendToken(token, encoded); }));
  return Finish(std::move(encoded));
}

absl::StatusOr<EncodedText> TextEncoder::EncodeTokens(
    const std::vector<std::string>& tokens) const {
  EncodedText encoded;
  for (const std::string& token : tokens) AppendToken(token, encoded);
  return Finish(std::move(encoded));
}

void TextEncoder::AppendToken(std::string_view token,
                              EncodedText& encoded) const {
  const TokenId id = vocabulary_.Find(token);
  encoded.tokens.push_back(id);
  ++encoded.token_count;
  if (id == kUnknownId) ++encoded.unknown_count;
}

absl::StatusOr<EncodedText> TextEncoder::Finish(EncodedText encoded) const {
  if (encoded.tokens.empty()) return NoTokensError();
  Cut(truncation_, max_tokens_, encoded.tokens);
  return encoded;
}

}  // namespace carousel
