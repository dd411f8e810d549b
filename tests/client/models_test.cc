// carousel models list, get, promote, load, unload, delete, export
#include <string>
#include <vector>

#include "core/base/sha256.h"
#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using ModelsTest = CliTest;

v1::ModelVersion SomeVersion() {
  v1::ModelVersion version;
  version.set_model("imdb");
  version.set_version(3);
  version.add_labels("latest");
  version.add_labels("stable");
  version.set_loaded(true);
  version.set_job("job-1");
  version.set_validation_accuracy(0.875);
  return version;
}

TEST_F(ModelsTest, ListHasItsFields) {
  std::string model;
  server_.list_models = [&model](const auto& request, auto& response) {
    model = request.model();
    *response.add_versions() = SomeVersion();
    return grpc::Status::OK;
  };
  const auto json = Run({"models", "list", "--json"}).Json();
  EXPECT_EQ(model, "");
  EXPECT_THAT(Keys(json), ElementsAre("models"));
  EXPECT_THAT(
      Keys(json["models"][0]),
      ElementsAre("model", "version", "labels", "loaded", "job", "dataset",
                  "vectors", "validation_accuracy", "bytes", "created_at"));
  EXPECT_THAT(Run({"models", "list", "imdb"}).out,
              HasSubstr("latest, stable  yes"));
  EXPECT_EQ(model, "imdb");
}

TEST_F(ModelsTest, GetGivesTheDocumentsAsJson) {
  server_.get_model = [](const auto& request, auto& response) {
    EXPECT_EQ(request.model(), "imdb@stable");
    *response.mutable_version() = SomeVersion();
    response.set_config(R"({"hidden_size": 128})");
    response.set_metrics("[1, 2]");
    response.set_provenance("not json");
    return grpc::Status::OK;
  };
  const auto json = Run({"models", "get", "imdb@stable", "--json"}).Json();
  EXPECT_EQ(json["version"], 3);
  EXPECT_EQ(json["config"]["hidden_size"], 128);
  EXPECT_EQ(json["metrics"][1], 2);
  EXPECT_EQ(json["provenance"], "not json");
  const std::string out = Run({"models", "get", "imdb@stable"}).out;
  EXPECT_THAT(out, AllOf(HasSubstr("\nconfiguration        hidden_size=128\n"),
                         HasSubstr("\nmetrics              [1, 2]\n"),
                         HasSubstr("\nprovenance           not json\n"),
                         Not(HasSubstr("\n\n"))));
}

TEST_F(ModelsTest, PromoteMovesStableUnlessAnotherLabelIsNamed) {
  std::vector<std::string> moved;
  server_.promote_model = [&moved](const auto& request, auto& response) {
    moved.push_back(request.model() + " " + request.label());
    *response.mutable_version() = SomeVersion();
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"models", "promote", "imdb@3"}).code, 0);
  EXPECT_EQ(Run({"models", "promote", "imdb@3", "--label=canary"}).code, 0);
  EXPECT_THAT(moved, ElementsAre("imdb@3 stable", "imdb@3 canary"));
}

TEST_F(ModelsTest, LoadUnloadAndDeleteNameTheModel) {
  std::vector<std::string> asked;
  const auto answer = [&asked](const auto& request, auto& response) {
    asked.push_back(request.model());
    *response.mutable_version() = SomeVersion();
    return grpc::Status::OK;
  };
  server_.load_model = answer;
  server_.unload_model = answer;
  server_.delete_model = [&asked](const auto& request, auto&) {
    asked.push_back(request.model());
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"models", "load", "a@1", "--json"}).Json()["version"], 3);
  EXPECT_EQ(Run({"models", "unload", "b@2", "--json"}).Json()["model"], "imdb");
  EXPECT_EQ(Run({"models", "delete", "c@3", "--json"}).Json()["deleted"], true);
  EXPECT_THAT(asked, ElementsAre("a@1", "b@2", "c@3"));
}

TEST_F(ModelsTest, ExportWritesTheFilesAndRefusesAFullFolder) {
  std::string format;
  server_.export_model = [&format](const auto& request, auto& writer) {
    format = request.format();
    v1::ExportModelResponse piece;
    *piece.mutable_version() = SomeVersion();
    piece.set_file("config.json");
    piece.set_data("{}");
    piece.set_sha256(ToHex(Sha256Of("{}")));
    writer.Write(piece);
    return grpc::Status::OK;
  };
  const std::string out = folder_ / "model";
  const Outcome outcome =
      Run({"models", "export", "imdb", "--out=" + out, "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(format, "safetensors");
  EXPECT_THAT(ReadFile(out + "/config.json"), IsOkAndHolds("{}"));
  EXPECT_THAT(Keys(outcome.Json()), ElementsAre("model", "version", "files"));
  EXPECT_EQ(outcome.Json()["files"][0]["bytes"], 2);

  const Outcome again = Run({"models", "export", "imdb", "--out=" + out});
  EXPECT_EQ(again.code, 4);
  EXPECT_THAT(again.err, HasSubstr("not empty"));
}

}  // namespace
}  // namespace carousel::client
