// From text to tokens, the same code for training and for serving.
#ifndef CAROUSEL_CORE_TEXT_TOKENIZER_H_
#define CAROUSEL_CORE_TEXT_TOKENIZER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/text/text_options.h"

namespace carousel {

// Immutable, so thread-safe.
class Tokenizer {
 public:
  explicit Tokenizer(TextOptions options) : options_(options) {}

  // Normalizes and splits. An empty text gives no tokens. A token is a word
  // (letters, digits, and apostrophes or hyphens inside it as the vectors'
  // own tokenizer left them: see tokenizer.cc), or one punctuation mark, or an
  // ellipsis. INVALID_ARGUMENT for what is not UTF-8, as NormalizeText.
  absl::StatusOr<std::vector<std::string>> Tokenize(
      std::string_view text) const;

  const TextOptions& options() const { return options_; }

 private:
  const TextOptions options_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_TOKENIZER_H_
