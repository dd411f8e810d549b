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

// In three dimensions, and with where "good" stood before training.
void SayMore(const v1::GetEmbeddingProjectionRequest& request,
             v1::EmbeddingProjection& projection) {
  projection.set_dimensions(request.dimensions());
  projection.add_explained_variance(0.125);
  for (auto& point : *projection.mutable_points()) point.add_position(2);
  if (!request.compare_initial()) return;
  for (const double share : {0.25, 0.125, 0.0625}) {
    projection.add_initial_explained_variance(share);
  }
  for (const double coordinate : {0.5, 0.25, -1.0}) {
    projection.mutable_points(0)->add_initial_position(coordinate);
  }
  projection.mutable_pairs(0)->set_initial_cosine(0.75);
}

class SpaceProjectionTest : public ProjectionTest {
 protected:
  SpaceProjectionTest() {
    server_.project = [plane = server_.project](const auto& request,
                                                auto& response) {
      const grpc::Status status = plane(request, response);
      SayMore(request, *response.mutable_projection());
      return status;
    };
  }
};

TEST_F(SpaceProjectionTest, ThreeDimensionsHaveAThirdColumn) {
  const Outcome outcome = Run({"projection", "--model=imdb", "--dims=3"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(request_.dimensions(), 3);
  EXPECT_FALSE(request_.compare_initial());
  EXPECT_THAT(outcome.out, HasSubstr("good  1.0000  -0.5000  2.0000     12"));
  EXPECT_THAT(outcome.err,
              HasSubstr("50.00 %, 25.00 % and 12.50 % of the variance"));
  const std::string csv = folder_ / "w.csv";
  ASSERT_EQ(
      Run({"projection", "--model=imdb", "--dims=3", "--out=" + csv}).code, 0);
  EXPECT_THAT(ReadFile(csv), IsOkAndHolds("word,x,y,z,count,sentiment\n"
                                          "good,1,-0.5,2,12,1\n"
                                          "\",\",0,0.125,2,,0\n"));
}

TEST_F(SpaceProjectionTest, CompareShowsWhatWasBeforeWhereItIsKnown) {
  const auto run = [this](const std::string& option) {
    return Run({"projection", "--model=imdb", "--dims=3", "--compare", option});
  };
  const auto json = run("--json").Json();
  EXPECT_TRUE(request_.compare_initial());
  using Json = nlohmann::ordered_json;
  EXPECT_EQ(json["points"][0]["initial_position"], Json({0.5, 0.25, -1.0}));
  EXPECT_EQ(json["points"][1]["initial_position"], nullptr);
  EXPECT_EQ(json["pairs"][0]["initial_cosine"], 0.75);
  EXPECT_EQ(json["initial_explained_variance"], Json({0.25, 0.125, 0.0625}));

  const std::string csv = folder_ / "w.csv";
  ASSERT_EQ(run("--out=" + csv).code, 0);
  EXPECT_THAT(ReadFile(csv), IsOkAndHolds("word,x,y,z,count,sentiment,"
                                          "initial_x,initial_y,initial_z\n"
                                          "good,1,-0.5,2,12,1,0.5,0.25,-1\n"
                                          "\",\",0,0.125,2,,0,,,\n"));
  EXPECT_THAT(Run({"projection", "--model=imdb", "--dims=3", "--compare"}).out,
              HasSubstr("good  bad  antonym   0.7500  0.5000"));
}

TEST_F(SpaceProjectionTest, ThePageOfThreeDimensionsTurns) {
  const std::string html = folder_ / "w.html";
  ASSERT_EQ(
      Run({"projection", "--model=imdb", "--dims=3", "--out=" + html}).code, 0);
  EXPECT_THAT(ReadFile(html), IsOkAndHolds(HasSubstr("scatter3d")));
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
    response.mutable_projection()->set_dimensions(2);
    response.mutable_projection()->add_points()->add_position(1);
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"projection", "--model=imdb"}).code, 1);
  server_.project = [](const auto&, auto& response) {
    response.mutable_projection()->set_dimensions(4);
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"projection", "--model=imdb"}).code, 1);
}

}  // namespace
}  // namespace carousel::client
