// From text to token indices, cut to the length that the model reads.
#ifndef CAROUSEL_CORE_TEXT_ENCODER_H_
#define CAROUSEL_CORE_TEXT_ENCODER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/text/tokenizer.h"
#include "core/text/vocabulary.h"

namespace carousel {

// Which tokens of a text longer than `max_tokens` are kept.
enum class Truncation {
  kHead,      // the first
  kTail,      // the last
  kHeadTail,  // max_tokens / 4 from the beginning, the others from the end
};

std::string_view ToString(Truncation truncation);  // "head", "tail", ...
// INVALID_ARGUMENT for any other name.
absl::StatusOr<Truncation> ParseTruncation(std::string_view text);

struct EncodedText {
  std::vector<TokenId> tokens;     // after the cut, at least one
  std::int64_t token_count = 0;    // before the cut
  std::int64_t unknown_count = 0;  // unknown words before the cut
};

// Immutable, so thread-safe.
class TextEncoder {
 public:
  // The largest text that is read, in bytes.
  static constexpr std::size_t kMaxTextBytes = 1 << 20;

  // `max_tokens` is at least 1.
  TextEncoder(TextOptions options, Vocabulary vocabulary,
              std::size_t max_tokens, Truncation truncation);

  // INVALID_ARGUMENT with reason TEXT_TOO_LONG, INVALID_UTF8 or NO_TOKENS
  // (empty, or nothing left after cleaning).
  absl::StatusOr<EncodedText> Encode(std::string_view text) const;
  // The same for a text that is already split; only NO_TOKENS is left to fail.
  absl::StatusOr<EncodedText> EncodeTokens(
      const std::vector<std::string>& tokens) const;

  const Tokenizer& tokenizer() const { return tokenizer_; }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  std::size_t max_tokens() const { return max_tokens_; }
  Truncation truncation() const { return truncation_; }

 private:
  absl::StatusOr<EncodedText> Finish(EncodedText encoded) const;

  const Tokenizer tokenizer_;
  const Vocabulary vocabulary_;
  const std::size_t max_tokens_;
  const Truncation truncation_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_ENCODER_H_
