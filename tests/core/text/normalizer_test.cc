#include "core/text/normalizer.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::HasSubstr;

struct Case {
  std::string_view text;
  std::string_view expected;
};

void ExpectAll(const TextOptions& options, std::initializer_list<Case> cases) {
  for (const Case& c : cases) {
    EXPECT_THAT(NormalizeText(c.text, options), IsOkAndHolds(c.expected))
        << c.text;
  }
}

TEST(NormalizeTextTest, MakesOneSpaceOfWhiteSpaceAndControls) {
  ExpectAll({}, {
                    {"", ""},
                    {" \t\r\n\v\f ", ""},
                    {"  a \n\n b  ", "a b"},
                    {std::string_view("a\0b\x1F\x7F"
                                      "c",
                                      6),
                     "a b c"},
                    {"a\u00A0b\u2003c\u3000d\u2028e\u2029f\u202Fg\u1680h",
                     "a b c d e f g h"},
                    {"\u0081a\u009Db\u0081", "a b"},
                    {"\u00A0é\u00A0", "é"},
                });
}

// What a loop over blocks of bytes could do differently from one over bytes.
TEST(NormalizeTextTest, IsTheSameWhereverInALongText) {
  for (std::size_t before = 1; before < 70; ++before) {
    const std::string left(before, 'x');
    const std::string right = " Good " + std::string(70, 'Y');
    const std::string clean = " good " + std::string(70, 'y');
    for (const Case& c : std::initializer_list<Case>{{"  ", " "},
                                                     {" \t ", " "},
                                                     {"\x7F", " "},
                                                     {"`", "'"},
                                                     {"\x01", " "},
                                                     {"[@Z{", "[@z{"},
                                                     {"é  É", "é é"},
                                                     {"<br /><br />", " "},
                                                     {"&lt;", "<"},
                                                     {"", ""}}) {
      const std::string text = absl::StrCat(left, std::string(c.text), right);
      std::string expected = absl::StrCat(left, std::string(c.expected), clean);
      if (const auto two = expected.find("  "); two != std::string::npos) {
        expected.erase(two, 1);
      }
      EXPECT_THAT(NormalizeText(text, {}), IsOkAndHolds(expected)) << text;
    }
  }
}

TEST(NormalizeTextTest, AppliesCompatibilityComposition) {
  ExpectAll({}, {
                    {"cafe\u0301", "café"},
                    {"ﬁlm ﬂop", "film flop"},
                    {"Ｆｕｌｌ！", "full!"},
                    {"①②", "12"},
                    {"x²", "x2"},
                    {"ſo", "so"},
                    {"Å", "å"},
                    {"\u1112\u1161\u11AB", "한"},
                    {"2½ stars, ¾", "2 1/2 stars, 3/4"},
                    // Marks in whatever order are one canonical sequence.
                    {"a\u0323\u0302", "ậ"},
                    {"a\u0302\u0323", "ậ"},
                    {"q\u0307\u0323", "q\u0323\u0307"},
                    // A mark does not reach over a space to the letter before.
                    {"e \u0301", "e \u0301"},
                    {"\u0301e", "\u0301e"},
                    {"e<b>\u0301", "e \u0301"},
                });
}

TEST(NormalizeTextTest, DropsWhatIsNotSeen) {
  ExpectAll({}, {
                    {"fan\u00ADtas\u00ADtic", "fantastic"},
                    {"a\u200Bb\uFEFFc\u2060d", "abcd"},
                    {"❤\uFE0F", "❤"},
                    {"e\u200D\u0301", "é"},
                });
}

TEST(NormalizeTextTest, WritesTypographyInAscii) {
  ExpectAll({}, {
                    {"it’s ‘so’ ʼn‛ ‚x", "it's 'so' 'n' 'x"},
                    {"it´s it`s it′s", "it's it's it's"},
                    {"“a” „b‟ «c» ¨d¨ ″", "\"a\" \"b\" \"c\" \"d\" \""},
                    {"‹a›", "'a'"},
                    {"well‐known non‑stop −1", "well-known non-stop -1"},
                    {"a–b—c―d", "a--b--c--d"},
                    {"︱︲﹘﹣－", "--------"},
                    {"so…", "so..."},
                    {"1⁄2 ∕", "1/2 /"},
                });
}

TEST(NormalizeTextTest, ReadsC1ControlsAsWindows1252) {
  ExpectAll({}, {
                    {"it\u0092s \u0093so\u0094", "it's \"so\""},
                    {"well\u0085", "well..."},
                    {"one \u0096 two\u0097three", "one -- two--three"},
                    {"\u008Ei\u009Eek \u0080", "žižek €"},
                });
}

TEST(NormalizeTextTest, LowersTheCaseOfAnyAlphabet) {
  ExpectAll({}, {
                    {"ÉCOLE", "école"},
                    {"ΣΟΦΟΣ", "σοφοσ"},
                    {"ЖУК", "жук"},
                    {"Straße ẞ", "straße ß"},
                    {"İ", "i\u0307"},
                    {"ℌ K", "h k"},
                    {"Ǆ", "dž"},
                    {"\U00010400", "\U00010428"},
                });
}

TEST(NormalizeTextTest, EachOptionCanBeOff) {
  ExpectAll({.strip_html = false}, {{"A<br />&amp;", "a<br />&amp;"}});
  ExpectAll({.normalize_unicode = false},
            {{"“É” ﬁ…\u00AD`´ E\u0301", "“é” ﬁ…\u00AD`´ e\u0301"},
             {"a\u0085\u2003b", "a b"}});
  ExpectAll({.lowercase = false}, {{"ÉCOLE ℌ Ab", "ÉCOLE H Ab"}});
}

TEST(NormalizeTextTest, TakesHtmlOutFirst) {
  ExpectAll({}, {
                    {"Good.<br /><br />Bad", "good. bad"},
                    {"&lt;B&gt; &amp;amp; &#xC9;&#769;", "<b> &amp; é\u0301"},
                    {"a&nbsp;&nbsp;b&#0;&#9;c", "a b&#0; c"},
                });
}

TEST(NormalizeTextTest, ReportsTheByteThatIsNotUtf8) {
  const auto result = NormalizeText("<b>caf\xE9</b>", {});
  EXPECT_THAT(result, StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("byte 0xE9 at offset 6")));
  EXPECT_EQ(GetReason(result.status()), "INVALID_UTF8");
}

TEST(NormalizeTextTest, DropsMarksBehindTheLimit) {
  std::string marks;
  for (std::size_t i = 0; i < kMaxCombiningMarks; ++i) marks += "\u0300";
  EXPECT_THAT(NormalizeText(absl::StrCat("q", marks, marks, "x"), {}),
              IsOkAndHolds(absl::StrCat("q", marks, "x")));
  EXPECT_THAT(NormalizeText(absl::StrCat("q", marks, "q", marks), {}),
              IsOkAndHolds(absl::StrCat("q", marks, "q", marks)));
}

// Putting marks in order by swapping neighbours, as libraries do, would take
// hours on this.
TEST(NormalizeTextTest, TakesLinearTimeOnMarksOutOfOrder) {
  std::string text = "q";
  while (text.size() < (1 << 20)) text += "\u0301\u0323";
  std::string expected = "q";
  for (std::size_t i = 0; i < kMaxCombiningMarks / 2; ++i) expected += "\u0323";
  for (std::size_t i = 0; i < kMaxCombiningMarks / 2; ++i) expected += "\u0301";
  EXPECT_THAT(NormalizeText(text, {}), IsOkAndHolds(expected));
}

}  // namespace
}  // namespace carousel
