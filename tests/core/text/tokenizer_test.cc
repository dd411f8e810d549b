#include "core/text/tokenizer.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Case {
  std::string_view text;
  std::string_view tokens;  // joined by "|"
};

void ExpectAll(const TextOptions& options, std::initializer_list<Case> cases) {
  const Tokenizer tokenizer(options);
  for (const Case& c : cases) {
    ASSERT_OK_AND_ASSIGN(const auto tokens, tokenizer.Tokenize(c.text));
    EXPECT_EQ(absl::StrJoin(tokens, "|"), std::string(c.tokens)) << c.text;
  }
}

TEST(TokenizerTest, GivesNothingForNothing) {
  ExpectAll({}, {{"", ""}, {" \n ", ""}, {"<br />", ""}});
}

TEST(TokenizerTest, SplitsContractionsAsGloVeDoes) {
  ExpectAll({}, {
                    {"I didn't", "i|did|n't"},
                    {"can't won't shan't", "ca|n't|wo|n't|sha|n't"},
                    {"It's Tom's", "it|'s|tom|'s"},
                    {"I'm I've I'd I'll", "i|'m|i|'ve|i|'d|i|'ll"},
                    {"they're", "they|'re"},
                    {"DIDN’T", "did|n't"},
                    {"wouldn't've i'd've", "would|n't|'ve|i|'d|'ve"},
                    // What would leave a stem to be split again is left whole.
                    {"he'dn't've n'tn't x'n't", "he'dn't|'ve|n'tn't|x'n't"},
                    {"the 1980's", "the|1980|'s"},
                    {"o'brien's", "o'brien|'s"},
                    {"(isn't)", "(|is|n't|)"},
                    {"cannot gonna", "cannot|gonna"},
                    {"n't 's 've", "n't|'s|'ve"},
                });
}

TEST(TokenizerTest, LeavesOtherApostrophes) {
  ExpectAll({},
            {
                {"o'clock d'amato rock'n'roll", "o'clock|d'amato|rock'n'roll"},
                {"ma'am hawai'i", "ma'am|hawai'i"},
                {"it'so they'rest", "it'so|they'rest"},
                {"l'été d'sé 's\u4E2D", "l'été|d'sé|'|s\u4E2D"},
                {"it't", "it't"},
                {"'Alien'", "'|alien|'"},
                {"the actors' roles", "the|actors|'|roles"},
                {"'em 'til '80s", "'|em|'|til|'|80s"},
                {"''it''s", "'|'|it|'|'s"},
                {"'", "'"},
            });
}

TEST(TokenizerTest, SplitsAtHyphensAndDashes) {
  ExpectAll({}, {
                    {"a well-known sci-fi", "a|well|-|known|sci|-|fi"},
                    {"good--bad ---- x", "good|--|bad|--|x"},
                    {"good—bad – ugly", "good|--|bad|--|ugly"},
                    {"-", "-"},
                });
}

TEST(TokenizerTest, KeepsNumbersWhole) {
  ExpectAll({}, {
                    {"3.5 of 1,000", "3.5|of|1,000"},
                    {"10/10, 8.5/10.", "10/10|,|8.5/10|."},
                    {"at 10:30pm", "at|10:30pm"},
                    {"1980s 20th 3D se7en", "1980s|20th|3d|se7en"},
                    {"10.This 5. .5 $5", "10|.|this|5|.|.|5|$|5"},
                    {"1..2 1,,2", "1|...|2|1|,|,|2"},
                    {"a/b 1/b", "a|/|b|1|/|b"},
                    {"2½", "2|1/2"},
                });
}

TEST(TokenizerTest, KeepsInitialsWhole) {
  ExpectAll({}, {
                    {"the U.S. army", "the|u.s.|army"},
                    {"J.R.R. Tolkien's D.O.A.", "j.r.r.|tolkien|'s|d.o.a."},
                    {"plan b. Then i.e.this", "plan|b|.|then|i.e.|this"},
                    {"Mr. T. ok", "mr|.|t|.|ok"},
                    {"u.s.a", "u.s.|a"},
                });
}

TEST(TokenizerTest, MakesOneEllipsisOfFullStops) {
  ExpectAll({}, {
                    {"well... so.. a.....b", "well|...|so|...|a|...|b"},
                    {"well… End.", "well|...|end|."},
                });
}

TEST(TokenizerTest, GivesEveryOtherMarkItself) {
  ExpectAll({}, {
                    {"Wow!!! (yes)", "wow|!|!|!|(|yes|)"},
                    {"\"AT&T\" <3 a_b *x*", "\"|at|&|t|\"|<|3|a|_|b|*|x|*"},
                    {"😀👍 €5 ®", "😀|👍|€|5|®"},
                    {"\u0301 x", "\u0301|x"},
                    {"\uF0B7 item", "\uF0B7|item"},
                });
}

TEST(TokenizerTest, ReadsAnyAlphabet) {
  ExpectAll({}, {
                    {"Café ЖУК, σοφός!", "café|жук|,|σοφός|!"},
                    {"हिन्दी फ़िल्म।", "हिन्दी|फ\u093Cिल्म|।"},
                    {"素晴らしい。", "素晴らしい|。"},
                    {"3٫5 ٣", "3|٫|5|٣"},
                });
}

TEST(TokenizerTest, WithoutPunctuationKeepsLettersDigitsAndContractions) {
  ExpectAll({.keep_punctuation = false},
            {
                {"It's not -- well... GOOD!", "it|'s|not|well|good"},
                {"Didn't; 3.5/10 1,000", "did|n't|3|5|10|1|000"},
                {"the U.S. well-known", "the|u|s|well|known"},
                {"'o'brien' \u0301 😀 _a_", "o'brien|a"},
                {"?! ... -", ""},
            });
}

TEST(TokenizerTest, WithoutSplittingLeavesContractionsWhole) {
  ExpectAll({.split_contractions = false},
            {{"Didn't it's 's", "didn't|it's|'|s"}});
  ExpectAll({.keep_punctuation = false, .split_contractions = false},
            {{"Didn't it's 's!", "didn't|it's|s"}});
}

TEST(TokenizerTest, KeepsCaseWhenAsked) {
  ExpectAll({.lowercase = false},
            {{"DIDN'T It'S They'Re U.s.", "DID|N'T|It|'S|They|'Re|U.s."}});
}

TEST(TokenizerTest, CutsMonstersAtCharacters) {
  constexpr std::size_t kMax = Tokenizer::kMaxTokenBytes;
  const Tokenizer tokenizer({});
  ASSERT_OK_AND_ASSIGN(auto tokens,
                       tokenizer.Tokenize(std::string(2 * kMax + 1, 'a')));
  EXPECT_THAT(tokens, ElementsAre(SizeIs(kMax), SizeIs(kMax), "a"));

  // The two bytes of é stand on both sides of the limit.
  ASSERT_OK_AND_ASSIGN(tokens, tokenizer.Tokenize(absl::StrCat(
                                   std::string(kMax - 1, 'a'), "é")));
  EXPECT_THAT(tokens, ElementsAre(SizeIs(kMax - 1), "é"));

  // Neither an apostrophe nor a point ends a token that could not go on.
  for (const char* joined : {"'bb", ".5"}) {
    ASSERT_OK_AND_ASSIGN(tokens, tokenizer.Tokenize(absl::StrCat(
                                     std::string(kMax - 1, '1'), joined)));
    EXPECT_THAT(tokens[0], SizeIs(kMax - 1)) << joined;
  }
}

TEST(TokenizerTest, RefusesWhatIsNotUtf8) {
  std::vector<std::string> visited;
  const absl::Status status = Tokenizer({}).ForEachToken(
      "good \xFF",
      [&](std::string_view token) { visited.emplace_back(token); });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(GetReason(status), "INVALID_UTF8");
  EXPECT_THAT(visited, IsEmpty());
}

}  // namespace
}  // namespace carousel
