#include "core/text/stream_tokenizer.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/text/html.h"
#include "core/text/tokenizer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;

class StreamTokenizerTest : public ::testing::Test {
 protected:
  // The tokens that these bytes complete.
  std::vector<std::string> Append(std::string_view bytes) {
    std::vector<std::string> tokens;
    EXPECT_OK(stream_.Append(
        bytes, [&](std::string_view token) { tokens.emplace_back(token); }));
    return tokens;
  }
  std::vector<std::string> Finish() {
    std::vector<std::string> tokens;
    EXPECT_OK(stream_.Finish(
        [&](std::string_view token) { tokens.emplace_back(token); }));
    return tokens;
  }
  absl::Status AppendStatus(std::string_view bytes) {
    return stream_.Append(bytes, [](std::string_view) {});
  }

  const Tokenizer tokenizer_{TextOptions{}};
  StreamTokenizer stream_{tokenizer_};
};

TEST_F(StreamTokenizerTest, AWordCountsWhenItsEndIsSeen) {
  EXPECT_THAT(Append("A good"), ElementsAre("a"));
  EXPECT_THAT(Append(" fil"), ElementsAre("good"));
  EXPECT_THAT(Append("m."), IsEmpty());
  EXPECT_THAT(Finish(), ElementsAre("film", "."));
  EXPECT_EQ(stream_.bytes(), 12);
}

TEST_F(StreamTokenizerTest, PiecesOfAWordAreOneWord) {
  EXPECT_THAT(Append("I do"), ElementsAre("i"));
  EXPECT_THAT(Append("n'"), IsEmpty());
  EXPECT_THAT(Append("t "), ElementsAre("do", "n't"));
  Append("3.");
  Append("5 u.");
  EXPECT_THAT(Append("s. wait."), ElementsAre("u.s."));
  Append(".");
  Append(". caf");
  Append("\xC3");
  EXPECT_THAT(Append("\xA9 "), ElementsAre("café"));
  Append("e");
  EXPECT_THAT(Append("\u0301 "), ElementsAre("é"));
  Append("&eac");
  EXPECT_THAT(Append("ute;t&#2"), IsEmpty());
  EXPECT_THAT(Append("33; "), ElementsAre("été"));
}

TEST_F(StreamTokenizerTest, ATagIsReadWhereverItIsCut) {
  EXPECT_THAT(Append("one<br"), IsEmpty());
  EXPECT_THAT(Append(" /"), IsEmpty());
  EXPECT_THAT(Append(">two"), ElementsAre("one"));
  EXPECT_THAT(Append("<a title='2 > 1' "), IsEmpty());
  EXPECT_THAT(Append("href=x>three "), ElementsAre("two", "three"));
}

TEST_F(StreamTokenizerTest, WhatLooksLikeATagIsTextWhenItIsNone) {
  EXPECT_THAT(Append("<b or not "), IsEmpty());
  EXPECT_THAT(Append("<"), ElementsAre("<", "b", "or", "not"));
  EXPECT_THAT(Append("3 it"), ElementsAre("<", "3"));
}

TEST_F(StreamTokenizerTest, HoldsNothingOfALongComment) {
  EXPECT_THAT(Append("a <!"), ElementsAre("a"));
  EXPECT_THAT(Append("-"), IsEmpty());
  EXPECT_THAT(Append("- one <b> two"), IsEmpty());
  for (int i = 0; i < 1000; ++i) {
    EXPECT_THAT(Append("a comment - about <i>words</i> -- "), IsEmpty());
    ASSERT_THAT(stream_.held_bytes(), Le(2));
  }
  Append("-");
  Append("-");
  EXPECT_THAT(Append(">end "), ElementsAre("end"));
  Append("<!-- never over");
  EXPECT_THAT(Finish(), IsEmpty());
}

TEST_F(StreamTokenizerTest, HoldsALineAndATagAtMost) {
  constexpr std::size_t kLongestStretch = 16;  // of the text below
  std::size_t most = 0;
  for (int i = 0; i < 10'000; ++i) {
    Append("A fine film, <b ");
    most = std::max(most, stream_.held_bytes());
    Append("don't you think");
    most = std::max(most, stream_.held_bytes());
  }
  for (int i = 0; i < 10'000; ++i) {
    Append(i == 0 ? " <a this=\"never ends " : "this never ends ");
    most = std::max(most, stream_.held_bytes());
  }
  EXPECT_THAT(most, Le(kMaxTagBytes + 2 * kLongestStretch));
}

TEST_F(StreamTokenizerTest, KeepsMarkupWhenItIsToldTo) {
  const Tokenizer raw(TextOptions{.strip_html = false});
  StreamTokenizer stream(raw);
  std::vector<std::string> tokens;
  const auto visit = [&](std::string_view token) {
    tokens.emplace_back(token);
  };
  ASSERT_OK(stream.Append("a <b", visit));
  ASSERT_OK(stream.Append("> c", visit));
  ASSERT_OK(stream.Finish(visit));
  EXPECT_THAT(tokens, ElementsAre("a", "<", "b", ">", "c"));
}

TEST_F(StreamTokenizerTest, NothingGivesNothing) {
  EXPECT_THAT(Append(""), IsEmpty());
  EXPECT_THAT(Append(" \n <br />"), IsEmpty());
  EXPECT_THAT(Finish(), IsEmpty());
}

TEST_F(StreamTokenizerTest, SaysAtOnceWhatIsNotUtf8) {
  Append("abc \xE2");
  Append("\x82");
  const absl::Status status = AppendStatus("x");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("not UTF-8: byte 0xE2 at offset 4")));
  EXPECT_EQ(GetReason(status), "INVALID_UTF8");
}

TEST_F(StreamTokenizerTest, LooksForUtf8InCommentsToo) {
  Append("<!-- ");
  EXPECT_THAT(AppendStatus("ab\xFF"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("0xFF at offset 7")));
}

TEST_F(StreamTokenizerTest, ATextThatEndsInsideACharacterIsNotUtf8) {
  Append("caf\xC3");
  const absl::Status status = stream_.Finish([](std::string_view) {});
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("byte 0xC3 at offset 3")));
  EXPECT_EQ(GetReason(status), "INVALID_UTF8");
}

}  // namespace
}  // namespace carousel
