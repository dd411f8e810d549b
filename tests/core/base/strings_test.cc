#include "core/base/strings.h"

#include "gtest/gtest.h"

namespace carousel {
namespace {

TEST(StringsTest, ViewsKeepTheirBytes) {
  const std::string text("a\0b", 3);
  EXPECT_EQ(ToStdView(ToAbslView(text)), text);
  EXPECT_EQ(ToAbslView(text).data(), text.data());
  EXPECT_EQ(ToStdView(ToAbslView(std::string_view())), "");
}

TEST(QuoteTest, EscapesWhatCouldNotBePrinted) {
  EXPECT_EQ(Quote(""), R"("")");
  EXPECT_EQ(Quote("imdb"), R"("imdb")");
  EXPECT_EQ(Quote("say \"x\\\"\n"), R"("say \"x\\\"\n")");
  EXPECT_EQ(Quote("\x1b[31m\xff"), R"("\x1b[31m\xff")");
}

TEST(QuoteTest, CutsWhatIsLong) {
  EXPECT_EQ(Quote(std::string(80, 'x')), '"' + std::string(80, 'x') + '"');
  EXPECT_EQ(Quote(std::string(81, 'x')), '"' + std::string(80, 'x') + "...\"");
}

}  // namespace
}  // namespace carousel
