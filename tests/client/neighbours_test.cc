// carousel neighbours
#include <string>

#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class NeighboursTest : public CliTest {
 protected:
  NeighboursTest() {
    server_.find_neighbours = [this](const auto& request, auto& response) {
      request_ = request;
      response.set_source("glove");
      auto& queen = *response.add_neighbours();
      queen.set_word("queen");
      queen.set_cosine(0.75);
      auto& throne = *response.add_neighbours();
      throne.set_word("throne");
      throne.set_cosine(0.5);
      throne.set_count(1234);
      response.set_words(400000);
      for (const std::string& word : unknown_) response.add_unknown(word);
      return grpc::Status::OK;
    };
  }

  v1::GetNeighboursRequest request_;
  std::vector<std::string> unknown_;
};

TEST_F(NeighboursTest, JsonHasItsFields) {
  unknown_ = {"zyzzyva"};
  const Outcome outcome = Run({"neighbours", "--vectors=glove", "king",
                               "zyzzyva", "--minus=man", "--json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out,
            R"({"source":"glove","query":{"positive":["king","zyzzyva"],)"
            R"("negative":["man"]},"neighbours":[)"
            R"({"word":"queen","cosine":0.75,"count":null},)"
            R"({"word":"throne","cosine":0.5,"count":1234}],)"
            R"("unknown":["zyzzyva"]})"
            "\n");
  EXPECT_THAT(outcome.err, HasSubstr("no vector for zyzzyva"));
}

TEST_F(NeighboursTest, PeopleSeeWordsCosinesAndCounts) {
  const Outcome outcome = Run({"neighbours", "--model=imdb", "king"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("queen   0.7500      -\n"
                                     "throne  0.5000  1,234\n"));
  EXPECT_THAT(outcome.err, HasSubstr("Of 400,000 words of glove."));
  EXPECT_THAT(outcome.err, Not(HasSubstr("no vector")));
  EXPECT_EQ(request_.model(), "imdb");
  EXPECT_EQ(request_.count(), 10);
}

TEST_F(NeighboursTest, WordsAreAddedAndSubtracted) {
  ASSERT_EQ(Run({"neighbours", "--vectors=glove", "king", "--minus=man",
                 "--plus=woman", "--plus=-er", "--minus=boy", "--k=3"})
                .code,
            0);
  EXPECT_EQ(request_.vectors(), "glove");
  EXPECT_THAT(request_.positive(), ElementsAre("king", "woman", "-er"));
  EXPECT_THAT(request_.negative(), ElementsAre("man", "boy"));
  EXPECT_EQ(request_.count(), 3);
  ASSERT_EQ(Run({"neighbours", "--vectors=glove", "--minus=man", "boy"}).code,
            0);
  EXPECT_THAT(request_.positive(), ElementsAre("boy"));
  EXPECT_THAT(request_.negative(), ElementsAre("man"));
}

TEST_F(NeighboursTest, WhatTheServerRefusesSaysWhichKindItIs) {
  server_.find_neighbours = [](const auto& request, auto&) -> grpc::Status {
    return request.vectors() == "glove"
               ? grpc::Status(grpc::StatusCode::INVALID_ARGUMENT,
                              "there is no vector for \"zyzzyva\"")
               : grpc::Status(grpc::StatusCode::NOT_FOUND,
                              "vectors \"globe\" not found");
  };
  const Outcome unknown = Run({"neighbours", "--vectors=glove", "zyzzyva"});
  EXPECT_EQ(unknown.code, 4);
  EXPECT_THAT(unknown.out, IsEmpty());
  EXPECT_THAT(unknown.err, HasSubstr("no vector for \"zyzzyva\""));
  const Outcome missing = Run({"neighbours", "--vectors=globe", "king"});
  EXPECT_EQ(missing.code, 3);
  EXPECT_THAT(missing.err, HasSubstr("see carousel vectors list"));
}

}  // namespace
}  // namespace carousel::client
