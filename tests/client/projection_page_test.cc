#include "client/cli/projection_page.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void AddPoint(v1::EmbeddingProjection& projection, const std::string& word,
              double x, double y, int sentiment) {
  auto& point = *projection.add_points();
  point.set_word(word);
  point.add_position(x);
  point.add_position(y);
  point.set_sentiment(sentiment);
}

v1::EmbeddingProjection SomeProjection() {
  v1::EmbeddingProjection projection;
  projection.set_source("imdb@3");
  projection.set_dimensions(2);
  projection.add_explained_variance(0.31);
  projection.add_explained_variance(0.125);
  AddPoint(projection, "good", 1, 1, 1);
  AddPoint(projection, "bad", -1, -1, -1);
  AddPoint(projection, "film", 0.1, -0.5, 0);
  projection.mutable_points(0)->set_count(1234);
  auto& pair = *projection.add_pairs();
  pair.set_a("good");
  pair.set_b("bad");
  pair.set_relation("antonym");
  pair.set_cosine(0.6543);
  projection.add_unknown("zyzzyva");
  return projection;
}

TEST(ProjectionPageTest, AnnotatesEveryPointWithItsWord) {
  const std::string page = ProjectionPage(SomeProjection());
  for (const char* word : {"good", "bad", "film"}) {
    EXPECT_THAT(page, HasSubstr(absl::StrCat(">", word, "</text></g>")));
  }
}

TEST(ProjectionPageTest, TellsSentimentsApartByColourAndShape) {
  const std::string page = ProjectionPage(SomeProjection());
  for (const char* sentiment : {"positive", "negative", "neutral"}) {
    EXPECT_THAT(page, HasSubstr(absl::StrCat("class=\"point ", sentiment)));
    EXPECT_THAT(page, HasSubstr(absl::StrCat(sentiment, " (1)</button>")));
    EXPECT_THAT(page, HasSubstr(absl::StrCat("id=\"marker-", sentiment)));
  }
}

TEST(ProjectionPageTest, SaysWhatTheAxesExplainAndWhatIsMissing) {
  const std::string page = ProjectionPage(SomeProjection());
  EXPECT_THAT(page, HasSubstr("Component 1 (31.00 % of the variance)"));
  EXPECT_THAT(page, HasSubstr("Component 2 (12.50 % of the variance)"));
  EXPECT_THAT(page, HasSubstr("zyzzyva"));
  EXPECT_THAT(page, HasSubstr("seen 1,234 times"));
  EXPECT_THAT(page, HasSubstr("<td>good</td><td>bad</td>"
                              "<td class=\"number\">0.654</td>"));
  EXPECT_THAT(page, Not(HasSubstr("{{")));
}

TEST(ProjectionPageTest, WordsMoveFromWhereTheyStoodBefore) {
  v1::EmbeddingProjection projection = SomeProjection();
  EXPECT_THAT(ProjectionPage(projection), Not(HasSubstr("id=\"time\"")));
  projection.add_initial_explained_variance(0.25);
  projection.add_initial_explained_variance(0.125);
  projection.mutable_points(0)->add_initial_position(-1);
  projection.mutable_points(0)->add_initial_position(-1);
  projection.mutable_pairs(0)->set_initial_cosine(0.7654);
  const std::string page = ProjectionPage(projection);
  EXPECT_THAT(page, HasSubstr("id=\"time\""));
  EXPECT_THAT(page, HasSubstr("data-before-x="));
  EXPECT_THAT(page, HasSubstr("2 of the words began at random"));
  EXPECT_THAT(page, HasSubstr("<td class=\"number\">0.765</td>"
                              "<td class=\"number\">0.654</td>"));
}

TEST(ProjectionPageTest, NeedsNothingFromElsewhere) {
  const std::string page = ProjectionPage(SomeProjection());
  for (const char* reference :
       {"http:", "https:", "src=", "@import", "url(h", "<link"}) {
    EXPECT_THAT(page, Not(HasSubstr(reference))) << reference;
  }
}

TEST(ProjectionPageTest, WordsAreText) {
  v1::EmbeddingProjection projection = SomeProjection();
  projection.set_source("<i>\"&'{{plot}}");
  AddPoint(projection, "<script>alert('1')</script>", 0, 1, 0);
  AddPoint(projection, "\xFF\"onload=\"", 1, 0, 0);
  projection.add_unknown("</p><b>");
  const std::string page = ProjectionPage(projection);
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("</p><b>")));
  EXPECT_THAT(page, Not(HasSubstr("\"onload=")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;1&#39;)"));
  EXPECT_THAT(page, HasSubstr("?&quot;onload=&quot;"));
  EXPECT_THAT(page,
              HasSubstr("<h1>Words of &lt;i&gt;&quot;&amp;&#39;{{plot}}"));
}

TEST(ProjectionPageTest, PointsAtOnePlaceAndNoPointsAtAllDoNoHarm) {
  v1::EmbeddingProjection projection;
  EXPECT_THAT(ProjectionPage(projection), HasSubstr("0 words"));
  AddPoint(projection, "alone", 0, 0, 0);
  AddPoint(projection, "together", 0, 0, 0);
  const std::string page = ProjectionPage(projection);
  EXPECT_THAT(page, HasSubstr(">alone</text>"));
  EXPECT_THAT(page, HasSubstr("data-x=\"560.00\" data-y=\"390.00\""));
}

}  // namespace
}  // namespace carousel::client
