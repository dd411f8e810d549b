// Any text, under any options, whole and in pieces: normalizer and tokenizer
// keep their promises. The first byte is the options, and in its upper bits the
// size of the pieces.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "core/base/status_macros.h"
#include "core/base/utf8.h"
#include "core/text/stream_tokenizer.h"
#include "core/text/tokenizer.h"
#include "tests/fuzz/fuzz_check.h"

namespace carousel {
namespace {

TextOptions OptionsOf(std::uint8_t bits) {
  TextOptions options;
  for (std::size_t i = 0; i < kTextOptionFields.size(); ++i) {
    options.*kTextOptionFields[i].member = (bits >> i & 1) != 0;
  }
  return options;
}

// The tokens up to the end or an error.
absl::StatusOr<std::vector<std::string>> TokenizePieces(
    const Tokenizer& tokenizer, std::string_view text, std::size_t piece) {
  StreamTokenizer stream(tokenizer);
  std::vector<std::string> tokens;
  const auto visit = [&](std::string_view token) {
    tokens.emplace_back(token);
  };
  while (!text.empty()) {
    RETURN_IF_ERROR(stream.Append(text.substr(0, piece), visit));
    text.remove_prefix(std::min(piece, text.size()));
  }
  RETURN_IF_ERROR(stream.Finish(visit));
  return tokens;
}

void TestOneText(std::string_view text) {
  static constexpr std::size_t kPieces[] = {1, 2, 3, 5, 8, 21, 55, 144};
  const std::uint8_t bits = TakeByte(text);
  const Tokenizer tokenizer(OptionsOf(bits));
  const auto tokens = tokenizer.Tokenize(text);
  FUZZ_CHECK(tokens.ok() == !FindInvalidUtf8(text).has_value());
  const auto in_pieces = TokenizePieces(tokenizer, text, kPieces[bits >> 5]);
  FUZZ_CHECK(in_pieces.status() == tokens.status());
  FUZZ_CHECK(!tokens.ok() || *in_pieces == *tokens);
  if (!tokens.ok()) return;
  std::size_t visited = 0;
  const absl::Status status =
      tokenizer.ForEachToken(text, [&](std::string_view token) {
        FUZZ_CHECK(visited < tokens->size() && token == (*tokens)[visited]);
        ++visited;
      });
  FUZZ_CHECK(status.ok() && visited == tokens->size());
  for (const std::string& token : *tokens) {
    FUZZ_CHECK(!token.empty());
    FUZZ_CHECK(token.size() <= Tokenizer::kMaxTokenBytes);
    FUZZ_CHECK(!FindInvalidUtf8(token).has_value());
    FUZZ_CHECK(token.find_first_of(" \t\r\n\v\f") == std::string::npos);
  }
  const auto again = tokenizer.Tokenize(absl::StrJoin(*tokens, " "));
  FUZZ_CHECK(again.ok() && *again == *tokens);
}

}  // namespace
}  // namespace carousel

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  carousel::TestOneText(carousel::FuzzText(data, size));
  return 0;
}
