#include "core/text/encoder.h"

#include <string>
#include <string_view>

#include "core/base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// "a" is 2, "b" 3, and so on to "j", 11.
Vocabulary Letters() {
  WordCounts counts;
  for (char c = 'a'; c <= 'j'; ++c) counts.Add(std::string(1, c), 'z' - c);
  return Vocabulary::Build(counts, 1, 100);
}

TextEncoder Encoder(std::size_t max_tokens, Truncation truncation) {
  return TextEncoder({}, Letters(), max_tokens, truncation);
}

TEST(TruncationTest, HasNames) {
  for (const auto truncation :
       {Truncation::kHead, Truncation::kTail, Truncation::kHeadTail}) {
    EXPECT_THAT(ParseTruncation(ToString(truncation)),
                IsOkAndHolds(truncation));
  }
  EXPECT_EQ(ToString(Truncation::kHeadTail), "head_tail");
  EXPECT_THAT(ParseTruncation("Head"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("truncate is \"Head\"; it must be head, tail "
                                 "or head_tail")));
}

TEST(TextEncoderTest, MapsTokensAndCountsTheUnknown) {
  ASSERT_OK_AND_ASSIGN(
      const auto encoded,
      Encoder(10, Truncation::kHead).Encode("A <br/>b <pad> j"));
  EXPECT_THAT(encoded.tokens, ElementsAre(2, 3, 11));
  EXPECT_EQ(encoded.token_count, 3);

  ASSERT_OK_AND_ASSIGN(const auto unknown,
                       Encoder(10, Truncation::kHead).Encode("a, z"));
  EXPECT_THAT(unknown.tokens, ElementsAre(2, kUnknownId, kUnknownId));
  EXPECT_EQ(unknown.unknown_count, 2);
}

TEST(TextEncoderTest, KeepsATextOfExactlyMaxTokens) {
  for (const auto truncation :
       {Truncation::kHead, Truncation::kTail, Truncation::kHeadTail}) {
    ASSERT_OK_AND_ASSIGN(const auto encoded,
                         Encoder(3, truncation).Encode("a b c"));
    EXPECT_THAT(encoded.tokens, ElementsAre(2, 3, 4)) << ToString(truncation);
  }
}

TEST(TextEncoderTest, CutsALongerText) {
  constexpr std::string_view kText = "a b c d e f g h i j !";
  ASSERT_OK_AND_ASSIGN(auto encoded,
                       Encoder(8, Truncation::kHead).Encode(kText));
  EXPECT_THAT(encoded.tokens, ElementsAre(2, 3, 4, 5, 6, 7, 8, 9));
  // Both counts are of the whole text.
  EXPECT_EQ(encoded.token_count, 11);
  EXPECT_EQ(encoded.unknown_count, 1);

  ASSERT_OK_AND_ASSIGN(encoded, Encoder(8, Truncation::kTail).Encode(kText));
  EXPECT_THAT(encoded.tokens, ElementsAre(5, 6, 7, 8, 9, 10, 11, 1));

  ASSERT_OK_AND_ASSIGN(encoded,
                       Encoder(8, Truncation::kHeadTail).Encode(kText));
  EXPECT_THAT(encoded.tokens, ElementsAre(2, 3, 7, 8, 9, 10, 11, 1));
}

TEST(TextEncoderTest, KeepsNoRoomForWhatItCutOff) {
  const TextEncoder encoder = Encoder(4, Truncation::kHead);
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "a ";
  ASSERT_OK_AND_ASSIGN(const EncodedText encoded, encoder.Encode(text));
  EXPECT_EQ(encoded.token_count, 100000);
  EXPECT_EQ(encoded.tokens.capacity(), 4u);
}

TEST(TextEncoderTest, HeadAndTailOfFewTokensIsTheTail) {
  ASSERT_OK_AND_ASSIGN(const auto encoded,
                       Encoder(3, Truncation::kHeadTail).Encode("a b c d e"));
  EXPECT_THAT(encoded.tokens, ElementsAre(4, 5, 6));
}

TEST(TextEncoderTest, EncodesTokensAsTheirText) {
  const TextEncoder encoder = Encoder(3, Truncation::kTail);
  ASSERT_OK_AND_ASSIGN(const auto encoded,
                       encoder.EncodeTokens({"a", "B", "b", "c"}));
  EXPECT_THAT(encoded.tokens, ElementsAre(kUnknownId, 3, 4));
  EXPECT_EQ(encoded.token_count, 4);
  EXPECT_EQ(encoded.unknown_count, 1);
  EXPECT_EQ(GetReason(encoder.EncodeTokens({}).status()), "NO_TOKENS");
}

TEST(TextEncoderTest, RefusesATextWithoutAToken) {
  for (const char* text : {"", " \n ", "<br />", "<!-- good -->"}) {
    const auto encoded = Encoder(3, Truncation::kHead).Encode(text);
    EXPECT_THAT(encoded, StatusIs(absl::StatusCode::kInvalidArgument)) << text;
    EXPECT_EQ(GetReason(encoded.status()), "NO_TOKENS");
  }
}

TEST(TextEncoderTest, RefusesWhatIsNotUtf8) {
  const auto encoded = Encoder(3, Truncation::kHead).Encode("a \xC3(");
  EXPECT_THAT(encoded, StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("offset 2")));
  EXPECT_EQ(GetReason(encoded.status()), "INVALID_UTF8");
}

TEST(TextEncoderTest, RefusesMoreThanAMebibyte) {
  const TextEncoder encoder = Encoder(5, Truncation::kHead);
  std::string text;
  while (text.size() < TextEncoder::kMaxTextBytes) text += "a ";
  ASSERT_OK_AND_ASSIGN(const auto longest, encoder.Encode(text));
  EXPECT_THAT(longest.tokens, SizeIs(5));
  EXPECT_EQ(longest.token_count, 1 << 19);

  text += "a";
  const auto encoded = encoder.Encode(text);
  EXPECT_THAT(encoded,
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("1048577 bytes; the limit is 1048576")));
  EXPECT_EQ(GetReason(encoded.status()), "TEXT_TOO_LONG");
}

}  // namespace
}  // namespace carousel
