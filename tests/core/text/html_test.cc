#include "core/text/html.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

struct Case {
  std::string_view text;
  std::string_view expected;
};

TEST(RemoveHtmlTest, PutsASpaceForEveryTag) {
  const Case cases[] = {
      {"one<br />two", "one two"},
      {"one<br/><br>two", "one  two"},
      {"<i>Alien</i>'s", " Alien 's"},
      {"</P>", " "},
      {"<h1\nclass=big>x", " x"},
      {"<!DOCTYPE html>x", " x"},
      {"<?xml version='1.0'?>x", " x"},
      {"<a href=\"x.html\" title=\"2 > 1\">y</a>", " y "},
      {"<a title = '>>>'>y", " y"},
      // A quote that stays open, or that begins no value, hides no ">".
      {"<a title=\">y", " y"},
      {"<don't>y", " y"},
      {"a<b>c</b>d<br", "a c d<br"},
  };
  for (const Case& c : cases) EXPECT_EQ(RemoveHtml(c.text), c.expected);
}

TEST(RemoveHtmlTest, LeavesWhatIsNoTag) {
  for (const std::string_view text :
       {"a < b and c > d", "I <3 it", "<", "</", "x <= 8", "<<", "<>", "</ p>",
        "--> <- <-- ->", "<word? or so", "1<2>1", "<é>"}) {
    EXPECT_EQ(RemoveHtml(text), text);
  }
}

TEST(RemoveHtmlTest, ATagEndsBeforeTheNextAngleBracket) {
  EXPECT_EQ(RemoveHtml("x <y and <b>z"), "x <y and  z");
  EXPECT_EQ(RemoveHtml("<<br>>"), "< >");
}

TEST(RemoveHtmlTest, ALongerTagIsText) {
  const std::string longest =
      absl::StrCat("<a", std::string(kMaxTagBytes - 3, 'b'), ">");
  ASSERT_EQ(longest.size(), kMaxTagBytes);
  EXPECT_EQ(RemoveHtml(longest), " ");
  const std::string longer = absl::StrCat("<b", longest.substr(1));
  EXPECT_EQ(RemoveHtml(longer), longer);
}

TEST(RemoveHtmlTest, TakesCommentsOut) {
  const Case cases[] = {
      {"a<!-- b -->c", "a c"}, {"a<!-- <b> & -- > \n -->c", "a c"},
      {"a<!---->b", "a b"},    {"a<!-->b", "a b"},
      {"a<!--->b", "a b"},     {"a<!-- b", "a "},
      {"a<!-- b --", "a "},    {"a<!- b", "a<!- b"},
  };
  for (const Case& c : cases) EXPECT_EQ(RemoveHtml(c.text), c.expected);
}

TEST(RemoveHtmlTest, DecodesReferences) {
  const Case cases[] = {
      {"Tom &amp; Jerry", "Tom & Jerry"},
      {"&lt;b&gt;", "<b>"},
      {"&amp;lt;", "&lt;"},
      {"&quot;x&quot; it&apos;s", "\"x\" it's"},
      {"caf&eacute; &Eacute;T&Eacute;", "café ÉTÉ"},
      {"a&nbsp;b", "a\u00A0b"},
      {"&hellip;&mdash;&ldquo;&rdquo;&rsquo;", "…—“”’"},
      {"&yuml;&AElig;&OElig;&euro;", "ÿÆŒ€"},
      {"&#39;&#233;&#x27;&#XE9;&#x1F600;", "'é'é😀"},
      {"&#0000065;", "A"},
      {"&#1114111;", "\U0010FFFF"},
      // As browsers do, 128 to 159 are the bytes of Windows-1252.
      {"it&#146;s&#133;", "it’s…"},
  };
  for (const Case& c : cases) EXPECT_EQ(RemoveHtml(c.text), c.expected);
}

TEST(RemoveHtmlTest, LeavesWhatIsNoReference) {
  for (const std::string_view text :
       {"&",
        "&;",
        "&&amp",
        "AT&T",
        "Q&A; R&B;",
        "&nosuch;",
        "&Amp;",
        "&EACUTE;",
        "& amp;",
        "&#;",
        "&#x;",
        "&#xZZ;",
        "&#12a;",
        "&#-5;",
        "&#0;",
        "&#xD800;",
        "&#57343;",
        "&#1114112;",
        "&#x110000;",
        "&#99999999999999999999;",
        "&#4294967361;",
        "&thisnameislongerthananyreferencecanbe;"}) {
    EXPECT_EQ(RemoveHtml(text), text);
  }
}

// A scan that went on behind the next "<" or "&" would take days on these.
TEST(RemoveHtmlTest, TakesLinearTimeWhateverTheTextRepeats) {
  constexpr std::size_t kBytes = 1 << 20;
  for (const std::string_view unit :
       {"<", "&", "<a", "<a ", "</", "<a=\"", "<a='<a=\"", "<!", "<!-", "<?x",
        "&#", "&#1", "&amp", "&a<", "<a=>", "<!-->", "<!-- "}) {
    std::string text;
    while (text.size() + unit.size() <= kBytes) text += unit;
    EXPECT_LE(RemoveHtml(text).size(), text.size()) << unit;
  }
  const std::string only_opened(kBytes, '<');
  EXPECT_EQ(RemoveHtml(only_opened), only_opened);
}

}  // namespace
}  // namespace carousel
