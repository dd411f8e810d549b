// carousel vectors import, list, delete
#include <string>

#include "core/base/sha256.h"
#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using VectorsTest = CliTest;

TEST_F(VectorsTest, ImportSendsTheFileAndSaysWhatItFound) {
  std::string received;
  v1::VectorsHeader header;
  server_.upload_vectors = [&](auto& reader, auto& response) {
    v1::UploadVectorsRequest request;
    while (reader.Read(&request)) {
      if (request.has_header()) header = request.header();
      if (request.has_data()) received += request.data();
    }
    response.mutable_vectors()->set_name(header.name());
    response.mutable_vectors()->set_format("glove");
    response.mutable_vectors()->set_words(400000);
    response.mutable_vectors()->set_dimension(50);
    response.set_is_new(true);
    response.set_duplicates(7);
    return grpc::Status::OK;
  };
  const std::string file = WriteInput("v.txt", "good 1 2\n");
  const Outcome outcome =
      Run({"vectors", "import", "glove", file, "--format=glove"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(received, "good 1 2\n");
  EXPECT_EQ(header.name(), "glove");
  EXPECT_EQ(header.format(), "glove");
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("400,000"), HasSubstr("50")));
  EXPECT_THAT(outcome.err, HasSubstr("7 lines repeat a word"));
  EXPECT_EQ(
      Run({"vectors", "import", "glove", file, "--json"}).Json()["dimension"],
      50);
}

TEST_F(VectorsTest, ImportSendsTheVocabularyFileFirst) {
  std::string received;
  v1::UploadEnd end;
  server_.upload_vectors = [&](auto& reader, auto& response) {
    v1::UploadVectorsRequest request;
    while (reader.Read(&request)) {
      received += request.vocabulary_data() + request.data();
      if (request.has_end()) end = request.end();
    }
    response.mutable_vectors()->set_words(4);
    response.mutable_vectors()->set_has_counts(true);
    response.set_is_new(true);
    response.set_without_count(3);
    return grpc::Status::OK;
  };
  const std::string file = WriteInput("v.txt", "good 1 2\n");
  const std::string vocabulary = WriteInput("v.vocab", "good 7\n");
  const Outcome outcome =
      Run({"vectors", "import", "v", file, "--vocab=" + vocabulary});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(received, "good 7\ngood 1 2\n");
  EXPECT_EQ(end.sha256(), ToHex(Sha256Of("good 1 2\n")));
  EXPECT_EQ(end.vocabulary_sha256(), ToHex(Sha256Of("good 7\n")));
  EXPECT_THAT(outcome.err,
              HasSubstr("3 of 4 words have no count in " + vocabulary));
  EXPECT_THAT(outcome.out, ContainsRegex("counts +yes"));
  Run({"vectors", "import", "v", file});
  EXPECT_EQ(end.vocabulary_sha256(), "");
}

TEST_F(VectorsTest, AFileThatIsNotThereIsInvalidInput) {
  EXPECT_EQ(Run({"vectors", "import", "glove", folder_ / "none"}).code, 4);
  const std::string file = WriteInput("v.txt", "good 1 2\n");
  const std::string none = folder_ / "none";
  const Outcome outcome =
      Run({"vectors", "import", "glove", file, "--vocab=" + none});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_THAT(outcome.err, HasSubstr(none));
}

TEST_F(VectorsTest, ListHasItsFields) {
  server_.list_vectors = [](const auto&, auto& response) {
    response.add_vectors()->set_name("glove");
    return grpc::Status::OK;
  };
  const auto json = Run({"vectors", "list", "--json"}).Json();
  EXPECT_THAT(Keys(json["vectors"][0]),
              ElementsAre("vectors", "format", "words", "dimension", "bytes",
                          "has_counts", "job", "sha256", "created_at"));
  EXPECT_EQ(json["vectors"][0]["has_counts"], false);
  EXPECT_TRUE(json["vectors"][0]["job"].is_null());
  EXPECT_THAT(Run({"vectors", "list"}).out, HasSubstr("glove"));
}

TEST_F(VectorsTest, DeleteOfWhatIsInUseSaysByWhat) {
  server_.delete_vectors = [](const auto&, auto&) {
    return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION,
                        "the model imdb@3 uses the vectors glove");
  };
  const Outcome outcome = Run({"vectors", "delete", "glove"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_THAT(outcome.err, HasSubstr("imdb@3"));
}

}  // namespace
}  // namespace carousel::client
