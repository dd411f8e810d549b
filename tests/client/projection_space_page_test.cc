#include "client/cli/projection_space_page.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/plotly_script.h"
#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace carousel::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void AddPoint(v1::EmbeddingProjection& projection, const std::string& word,
              double x, int sentiment) {
  auto& point = *projection.add_points();
  point.set_word(word);
  for (const double coordinate : {x, 0.5, -0.25}) {
    point.add_position(coordinate);
  }
  point.set_sentiment(sentiment);
}

v1::EmbeddingProjection SomeProjection() {
  v1::EmbeddingProjection projection;
  projection.set_source("imdb@3");
  projection.set_method("pca");
  projection.set_dimensions(3);
  for (const double share : {0.31, 0.125, 0.0625}) {
    projection.add_explained_variance(share);
  }
  AddPoint(projection, "good", 1, 1);
  AddPoint(projection, "bad", -1, -1);
  projection.mutable_points(0)->set_count(1234);
  auto& pair = *projection.add_pairs();
  pair.set_a("good");
  pair.set_b("bad");
  pair.set_relation("antonym");
  pair.set_cosine(0.6543);
  projection.add_unknown("zyzzyva");
  return projection;
}

// The page without the library, which is checked apart.
std::string OwnPart(const v1::EmbeddingProjection& projection) {
  std::string page = ProjectionSpacePage(projection);
  const std::size_t begin = page.find(PlotlyScript());
  EXPECT_NE(begin, std::string::npos);
  return page.erase(begin, PlotlyScript().size());
}

// What the page's script reads.
nlohmann::json Data(const std::string& page) {
  constexpr std::string_view kBegin = "id=\"data\">";
  const std::size_t begin = page.find(kBegin) + kBegin.size();
  return nlohmann::json::parse(
      page.substr(begin, page.find("</script>", begin) - begin));
}

TEST(ProjectionSpacePageTest, CarriesTheLibraryAndTheProjection) {
  const std::string page = OwnPart(SomeProjection());
  const nlohmann::json data = Data(page);
  EXPECT_EQ(data["points"][0]["word"], "good");
  EXPECT_EQ(data["points"][1]["position"], nlohmann::json({-1.0, 0.5, -0.25}));
  EXPECT_EQ(data["explained_variance"].size(), 3);
  EXPECT_FALSE(data.contains("initial_explained_variance"));
  EXPECT_THAT(page, Not(HasSubstr("{{")));
}

TEST(ProjectionSpacePageTest, ItsTablesNeedNoPicture) {
  const std::string page = OwnPart(SomeProjection());
  EXPECT_THAT(page, HasSubstr("<td>good</td><td>bad</td>"
                              "<td class=\"number\">0.654</td>"));
  EXPECT_THAT(page, HasSubstr("<td>good</td><td>positive</td>"
                              "<td class=\"number\">1,234</td>"));
  EXPECT_THAT(page, HasSubstr("31.00 %, 12.50 % and 6.25 % of the variance"));
  EXPECT_THAT(page, HasSubstr("zyzzyva"));
  EXPECT_THAT(page, HasSubstr("needs WebGL"));
}

TEST(ProjectionSpacePageTest, NeedsNothingFromElsewhere) {
  const std::string page = OwnPart(SomeProjection());
  for (const char* reference :
       {"http:", "https:", "src=", "@import", "url(h", "<link"}) {
    EXPECT_THAT(page, Not(HasSubstr(reference))) << reference;
  }
}

TEST(ProjectionSpacePageTest, WordsAreText) {
  v1::EmbeddingProjection projection = SomeProjection();
  projection.set_source("<i>{{plotly}}");
  AddPoint(projection, "</script><script>alert('1')</script>", 0, 0);
  AddPoint(projection, "\xFF\"onload=\"", 1, 0);
  projection.add_unknown("</p><b>");
  const std::string page = OwnPart(projection);
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("</p><b>")));
  EXPECT_THAT(page, HasSubstr("<h1>Words of &lt;i&gt;{{plotly}}"));
  EXPECT_EQ(Data(page)["points"][2]["word"],
            "</script><script>alert('1')</script>");
}

TEST(PlotlyScriptTest, FitsIntoAScriptElement) {
  const std::string_view script = PlotlyScript();
  EXPECT_GT(script.size(), 1'000'000u);
  EXPECT_THAT(script.substr(0, 200), HasSubstr("plotly.js v"));
  EXPECT_THAT(script.substr(0, 200), HasSubstr("MIT"));
  EXPECT_THAT(script.substr(script.size() - 200), HasSubstr("Plotly"));
  for (const char* end : {"</script", "</SCRIPT", "<!--"}) {
    EXPECT_EQ(script.find(end), std::string_view::npos) << end;
  }
}

}  // namespace
}  // namespace carousel::client
