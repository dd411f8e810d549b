#include "core/text/tokenizer.h"

#include "core/base/status_macros.h"
#include "core/text/normalizer.h"
#include "core/text/token_splitter.h"

namespace carousel {

absl::StatusOr<std::vector<std::string>> Tokenizer::Tokenize(
    std::string_view text) const {
  std::vector<std::string> tokens;
  tokens.reserve(text.size() / kBytesPerToken);
  RETURN_IF_ERROR(ForEachToken(
      text, [&](std::string_view token) { tokens.emplace_back(token); }));
  return tokens;
}

absl::Status Tokenizer::ForEachToken(
    std::string_view text,
    absl::FunctionRef<void(std::string_view token)> visit) const {
  ASSIGN_OR_RETURN(std::string clean, NormalizeText(text, options_));
  TokenSplitter(clean, options_, visit).Run();
  return absl::OkStatus();
}

}  // namespace carousel
