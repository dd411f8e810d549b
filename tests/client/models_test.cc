// carousel models list, get, promote, load, unload, delete, export, import
#include <string>
#include <vector>

#include "core/base/sha256.h"
#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

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
  EXPECT_THAT(Keys(json["models"][0]),
              ElementsAre("model", "version", "labels", "loaded", "job",
                          "dataset", "vectors", "validation_accuracy", "bytes",
                          "created_at", "memory_bytes", "last_used_at"));
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
  EXPECT_THAT(out, AllOf(HasSubstr("\n\nConfiguration\n  hidden_size=128\n"),
                         HasSubstr("\n\nMeasures\n  [1, 2]\n"),
                         HasSubstr("\n\nProvenance\n  not json\n")));
}

TEST_F(ModelsTest, GetTellsTheWholeStory) {
  server_.get_model = [](const auto&, auto& response) {
    *response.mutable_version() = SomeVersion();
    response.mutable_version()->set_memory_bytes(3 << 20);
    response.mutable_version()->mutable_last_used_at()->set_seconds(1706702400);
    response.set_provenance(
        R"({"job": "job-1", "hyperparameters": {"layers": 2}})");
    response.set_hyperparameters(R"({"layers": 2})");
    response.add_used_by("the label latest points at it");
    response.add_used_by("the label stable points at it");
    v1::ModelFile& file = *response.add_files();
    file.set_name("config.json");
    file.set_bytes(2048);
    file.set_sha256("0a1b");
    return grpc::Status::OK;
  };
  const std::string out = Run({"models", "get", "imdb"}).out;
  EXPECT_THAT(
      out,
      AllOf(HasSubstr("memory               3.0 MiB\n"),
            HasSubstr("last used            2024-01-31 12:00:00 UTC\n"),
            HasSubstr("used by              the label latest points at it\n"
                      "                     the label stable points at it\n"),
            HasSubstr("\n\nHyper-parameters\n  layers=2\n"),
            HasSubstr("\n\nProvenance\n  job=job-1\n"),
            HasSubstr("  config.json  2.0 KiB  0a1b\n")));
  const auto json = Run({"models", "get", "imdb", "--json"}).Json();
  EXPECT_EQ(json["memory_bytes"], 3 << 20);
  EXPECT_EQ(json["last_used_at"], "2024-01-31T12:00:00.000000Z");
  EXPECT_EQ(json["hyperparameters"]["layers"], 2);
  EXPECT_EQ(json["used_by"][1], "the label stable points at it");
  EXPECT_EQ(json["files"][0]["name"], "config.json");
  EXPECT_EQ(json["files"][0]["bytes"], 2048);
  EXPECT_EQ(json["files"][0]["sha256"], "0a1b");
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

TEST_F(ModelsTest, DeleteTakesAWholeModelOnlyWhenAsked) {
  std::vector<bool> all;
  server_.delete_model = [&all](const auto& request, auto&) {
    all.push_back(request.all_versions());
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"models", "delete", "m@1"}).out, "Deleted m@1.\n");
  EXPECT_EQ(Run({"models", "delete", "m", "--all"}).out,
            "Deleted m with all its versions.\n");
  EXPECT_THAT(all, ElementsAre(false, true));
}

TEST_F(ModelsTest, ImportSendsAFolderAndSaysWhatItLeftOut) {
  server_.import_model = [](auto& reader, auto& response) {
    v1::ImportModelRequest request;
    while (reader.Read(&request)) {
      if (request.has_header()) EXPECT_EQ(request.header().model(), "film");
    }
    *response.mutable_version() = SomeVersion();
    return grpc::Status::OK;
  };
  WriteInput("config.json", "{}");
  WriteInput("notes.md", "hello");
  const std::string folder = folder_.path().string() + "/";
  const Outcome outcome = Run({"models", "import", "film", folder, "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.Json()["version"], 3);
  EXPECT_THAT(outcome.err, HasSubstr("notes.md is no file of a model folder"));
  const Outcome absent = Run({"models", "import", "film", folder + "none"});
  EXPECT_EQ(absent.code, 4);
  EXPECT_THAT(absent.err, HasSubstr("none"));
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
