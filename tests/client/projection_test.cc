// carousel projection
#include <filesystem>
#include <string>

#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ProjectionTest : public CliTest {
 protected:
  ProjectionTest() {
    server_.project = [this](const auto& request, auto& response) {
      request_ = request;
      auto& projection = *response.mutable_projection();
      projection.set_source("imdb@3");
      projection.set_method("pca");
      projection.set_dimensions(2);
      projection.add_explained_variance(0.5);
      projection.add_explained_variance(0.25);
      auto& good = *projection.add_points();
      good.set_word("good");
      good.add_position(1);
      good.add_position(-0.5);
      good.set_count(12);
      good.set_sentiment(1);
      auto& comma = *projection.add_points();
      comma.set_word(",");
      comma.add_position(0);
      comma.add_position(0.125);
      auto& pair = *projection.add_pairs();
      pair.set_a("good");
      pair.set_b("bad");
      pair.set_relation("antonym");
      pair.set_cosine(0.5);
      projection.add_unknown("zyzzyva");
      return grpc::Status::OK;
    };
  }

  v1::GetEmbeddingProjectionRequest request_;
};

constexpr char kJson[] =
    R"({"source":"imdb@3","method":"pca","dimensions":2,)"
    R"("explained_variance":[0.5,0.25],"points":[)"
    R"({"word":"good","position":[1.0,-0.5],"count":12,"sentiment":1},)"
    R"({"word":",","position":[0.0,0.125],"count":null,"sentiment":0}],)"
    R"("pairs":[{"a":"good","b":"bad","relation":"antonym","cosine":0.5}],)"
    R"("unknown":["zyzzyva"]})"
    "\n";

TEST_F(ProjectionTest, JsonHasItsFields) {
  const Outcome outcome = Run({"projection", "--model=imdb", "--json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, kJson);
  EXPECT_THAT(outcome.err, HasSubstr("no vector for zyzzyva"));
}

TEST_F(ProjectionTest, SentimentWordsInTwoDimensionsUnlessAskedOtherwise) {
  ASSERT_EQ(Run({"projection", "--model=imdb"}).code, 0);
  EXPECT_EQ(request_.model(), "imdb");
  EXPECT_TRUE(request_.sentiment_words());
  EXPECT_EQ(request_.dimensions(), 2);
  EXPECT_EQ(request_.method(), "pca");

  ASSERT_EQ(Run({"projection", "--vectors=glove", "--top=100"}).code, 0);
  EXPECT_EQ(request_.vectors(), "glove");
  EXPECT_EQ(request_.top(), 100);
}

TEST_F(ProjectionTest, WordsComeFromAFileOneALine) {
  const std::string words = WriteInput("words.txt", "good\r\n\nbad\nfine");
  ASSERT_EQ(Run({"projection", "--model=imdb", "--words=" + words}).code, 0);
  EXPECT_THAT(request_.words().words(), ElementsAre("good", "bad", "fine"));
  const Outcome outcome = Run({"projection", "--model=imdb",
                               "--words=" + (folder_ / "none.txt").string()});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_THAT(outcome.err, HasSubstr("none.txt"));
}

TEST_F(ProjectionTest, TheExtensionSaysWhatTheFileHolds) {
  const std::string json = folder_ / "w.json";
  const std::string csv = folder_ / "w.csv";
  const std::string html = folder_ / "w.html";
  for (const std::string& out : {json, csv, html}) {
    const Outcome outcome = Run({"projection", "--model=imdb", "--out=" + out});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err, HasSubstr("Wrote " + out));
  }
  EXPECT_THAT(ReadFile(json), IsOkAndHolds(kJson));
  EXPECT_THAT(ReadFile(csv), IsOkAndHolds("word,x,y,count,sentiment\n"
                                          "good,1,-0.5,12,1\n"
                                          "\",\",0,0.125,,0\n"));
  EXPECT_THAT(ReadFile(html), IsOkAndHolds(HasSubstr(">good</text>")));
}

TEST_F(ProjectionTest, AFolderThatIsNotThereIsInvalidInput) {
  EXPECT_EQ(Run({"projection", "--model=imdb",
                 "--out=" + (folder_ / "none" / "w.html").string()})
                .code,
            4);
}

TEST_F(ProjectionTest, PeopleSeePointsPairsAndWhatTheAxesExplain) {
  const Outcome outcome = Run({"projection", "--model=imdb"});
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("good  1.0000  -0.5000     12  positive"),
                    HasSubstr("good  bad  antonym")));
  EXPECT_THAT(outcome.err, HasSubstr("50.00 % and 25.00 % of the variance"));
}

TEST_F(ProjectionTest, PointsOfAnotherShapeAreAnError) {
  server_.project = [](const auto&, auto& response) {
    response.mutable_projection()->add_points()->add_position(1);
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"projection", "--model=imdb"}).code, 1);
}

}  // namespace
}  // namespace carousel::client
