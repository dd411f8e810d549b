// Any text, under any options: normalizer and tokenizer keep their promises.
// The first byte is the options.
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_join.h"
#include "core/base/utf8.h"
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

void TestOneText(std::string_view text) {
  const Tokenizer tokenizer(OptionsOf(TakeByte(text)));
  const auto tokens = tokenizer.Tokenize(text);
  FUZZ_CHECK(tokens.ok() == !FindInvalidUtf8(text).has_value());
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
