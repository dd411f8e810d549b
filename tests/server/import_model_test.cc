// ModelService/ImportModel through a real server.
#include <grpcpp/client_context.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "core/base/files.h"
#include "core/base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/grpc_status.h"
#include "tests/support/server_fixture.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tiny_model.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kMethod[] = "ModelService/ImportModel";
using Files = std::map<std::string, std::string>;

class ImportModelTest : public ServerFixture {
 protected:
  using Writer = grpc::ClientWriter<v1::ImportModelRequest>;

  void SetUp() override { StartServer(); }

  static Files ReadFiles(const std::filesystem::path& folder) {
    Files files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      files[entry.path().filename()] = ReadFile(entry.path()).value();
    }
    return files;
  }
  static Files TinyFiles(int seed = 1) {
    const TempDir folder;
    EXPECT_OK(WriteTinyModel(folder.path(), seed));
    return ReadFiles(folder.path());
  }

  // One file, in pieces of at most 1 MiB.
  static void SendFile(Writer& writer, const std::string& name,
                       const std::string& content, const std::string& sha256) {
    v1::ImportModelRequest request;
    request.mutable_file()->set_name(name);
    request.mutable_file()->set_sha256(sha256);
    writer.Write(request);
    for (std::size_t at = 0; at < content.size(); at += 1 << 20) {
      request.set_data(content.substr(at, 1 << 20));
      writer.Write(request);
    }
  }
  static void SendHeader(Writer& writer, const std::string& model) {
    v1::ImportModelRequest request;
    request.mutable_header()->set_model(model);
    writer.Write(request);
  }
  static void SendEnd(Writer& writer) {
    v1::ImportModelRequest request;
    request.mutable_end();
    writer.Write(request);
  }

  grpc::Status Import(const std::string& model, const Files& files) {
    grpc::ClientContext context;
    v1::ImportModelResponse response;
    const auto writer = models_->ImportModel(&context, &response);
    SendHeader(*writer, model);
    for (const auto& [name, content] : files) {
      SendFile(*writer, name, content, ToHex(Sha256Of(content)));
    }
    SendEnd(*writer);
    writer->WritesDone();
    grpc::Status status = writer->Finish();
    version_ = response.version();
    return status;
  }

  // What the model answers to a text, bit by bit.
  double ProbabilityOf(const std::string& model) {
    grpc::ClientContext context;
    v1::PredictRequest request;
    request.set_model(model);
    request.add_texts("the film was wonderful and not bad");
    v1::PredictResponse response;
    EXPECT_THAT(sentiment_->Predict(&context, request, &response), IsGrpcOk());
    return response.results(0).prediction().probability();
  }
  v1::GetModelResponse Get(const std::string& model) {
    grpc::ClientContext context;
    v1::GetModelRequest request;
    request.set_model(model);
    v1::GetModelResponse response;
    EXPECT_THAT(models_->GetModel(&context, request, &response), IsGrpcOk());
    return response;
  }
  void ExpectNothingKept() {
    grpc::ClientContext context;
    v1::ListModelsResponse response;
    ASSERT_THAT(models_->ListModels(&context, {}, &response), IsGrpcOk());
    EXPECT_THAT(response.versions(), IsEmpty());
    EXPECT_TRUE(std::filesystem::is_empty(Stored("tmp")));
  }

  v1::ModelVersion version_;
};

TEST_F(ImportModelTest, AFolderBecomesTheNextVersion) {
  ASSERT_THAT(Import("film", TinyFiles(1)), IsGrpcOk());
  EXPECT_EQ(version_.model(), "film");
  EXPECT_EQ(version_.version(), 1);
  EXPECT_THAT(version_.labels(), ElementsAre("latest"));
  EXPECT_TRUE(version_.loaded());
  EXPECT_EQ(version_.job() + version_.dataset() + version_.vectors(), "");
  const double first = ProbabilityOf("film");
  ASSERT_THAT(Import("film", TinyFiles(2)), IsGrpcOk());
  EXPECT_EQ(version_.version(), 2);
  EXPECT_NE(ProbabilityOf("film"), first);
  EXPECT_EQ(ProbabilityOf("film@1"), first);
  EXPECT_TRUE(std::filesystem::is_empty(Stored("tmp")));
}

TEST_F(ImportModelTest, WhatOneServerExportsAnotherAnswersWithTheSame) {
  StopServer();
  PublishTinyModel("film");
  StartServer();
  const double answer = ProbabilityOf("film");
  Files files = ReadFiles(Stored("models/film/1"));
  files.erase("checksums.txt");
  StopServer();
  const TempDir other;
  options_.data_dir = other.path() / "data";
  StartServer();
  ASSERT_THAT(Import("movie", files), IsGrpcOk());
  EXPECT_EQ(ProbabilityOf("movie"), answer);
  for (const auto& [name, content] : files) {
    if (name == "provenance.json") continue;
    EXPECT_THAT(ReadFile(Stored("models/movie/1") / name),
                IsOkAndHolds(content));
  }
  StopServer();
}

TEST_F(ImportModelTest, ProvenanceIsKeptAndSaysWhenItWasImported) {
  Files files = TinyFiles();
  files["provenance.json"] =
      R"({"job": "job-000007", "dataset": {"name": "elsewhere"},)"
      R"( "hyperparameters": {"seed": 9}})";
  files["metrics.json"] = R"({"validation": {"accuracy": 0.875}})";
  ASSERT_THAT(Import("film", files), IsGrpcOk());
  EXPECT_EQ(version_.validation_accuracy(), 0.875);
  const v1::GetModelResponse model = Get("film");
  const auto provenance = nlohmann::json::parse(model.provenance());
  EXPECT_EQ(provenance["job"], "job-000007");
  EXPECT_EQ(provenance["dataset"]["name"], "elsewhere");
  ASSERT_EQ(provenance["imports"].size(), 1);
  EXPECT_EQ(provenance["imports"][0]["provenance_sha256"],
            ToHex(Sha256Of(files["provenance.json"])));
  EXPECT_THAT(std::string(provenance["imports"][0]["at"]), HasSubstr("T"));
  EXPECT_EQ(model.hyperparameters(), R"({"seed":9})");
  // And again, from here.
  Files second = ReadFiles(Stored("models/film/1"));
  second.erase("checksums.txt");
  ASSERT_THAT(Import("film", second), IsGrpcOk());
  EXPECT_EQ(nlohmann::json::parse(Get("film").provenance())["imports"].size(),
            2);
}

TEST_F(ImportModelTest, WhatOthersDoNotKnowMayBeMissing) {
  Files files = TinyFiles();
  files.erase("metrics.json");
  files.erase("provenance.json");
  ASSERT_THAT(Import("film", files), IsGrpcOk());
  EXPECT_FALSE(version_.has_validation_accuracy());
  const v1::GetModelResponse model = Get("film");
  EXPECT_THAT(model.provenance(), HasSubstr("imports"));
  std::vector<std::string> names;
  for (const v1::ModelFile& file : model.files()) names.push_back(file.name());
  EXPECT_THAT(names, UnorderedElementsAre("config.json", "metrics.json",
                                          "model.safetensors",
                                          "provenance.json", "vocabulary.txt"));
}

struct NoModel {
  const char* what;
  std::function<void(Files&)> spoil;
  std::vector<std::string> said;
};

TEST_F(ImportModelTest, WhatIsNoModelIsRefusedByName) {
  const std::vector<NoModel> cases = {
      {"nothing",
       [](Files& files) { files.clear(); },
       {"config.json, vocabulary.txt, model.safetensors are missing"}},
      {"no weights",
       [](Files& files) { files.erase("model.safetensors"); },
       {"model.safetensors is missing"}},
      {"no JSON",
       [](Files& files) { files["config.json"] = "{"; },
       {"config.json is not JSON"}},
      {"an unknown setting",
       [](Files& files) { files["config.json"].insert(1, "\"gates\": 5,"); },
       {"config.json", "gates"}},
      {"a picture",
       [](Files& files) {
         files["model.safetensors"] = "\x89PNG" + std::string(100'000, 'x');
       },
       {"model.safetensors", "header"}},
      {"a vocabulary of another size",
       [](Files& files) { files["vocabulary.txt"] += "more\t1\n"; },
       {"vocabulary.txt has 15 entries", "config.json says 14"}},
      {"weights that are not there",
       [](Files& files) {
         auto json = nlohmann::json::parse(files["config.json"]);
         json["hidden_size"] = 4096;
         json["layers"] = 8;
         files["config.json"] = json.dump();
       },
       {"model.safetensors has", "config.json asks for take"}},
      {"measures that are no JSON",
       [](Files& files) { files["metrics.json"] = "none"; },
       {"metrics.json is not a JSON object"}},
      {"a provenance that is no object",
       [](Files& files) { files["provenance.json"] = "[]"; },
       {"provenance.json is not a JSON object"}},
      {"a file of another kind",
       [](Files& files) { files["README.md"] = "hello"; },
       {"\"README.md\" is not a file of a model folder"}},
      {"a way out",
       [](Files& files) { files["../config.json"] = "{}"; },
       {"../config.json"}},
      {"an absolute path",
       [](Files& files) { files["/tmp/config.json"] = "{}"; },
       {"/tmp/config.json"}}};
  for (const NoModel& c : cases) {
    Files files = TinyFiles();
    c.spoil(files);
    const grpc::Status status = Import("film", files);
    EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT)) << c.what;
    for (const std::string& part : c.said) {
      EXPECT_THAT(status.error_message(), HasSubstr(part)) << c.what;
    }
    EXPECT_THAT(status.error_message(),
                ::testing::Not(HasSubstr(options_.data_dir.string())))
        << c.what;
    ExpectNothingKept();
  }
}

TEST_F(ImportModelTest, AModelThatGivesNoProbabilitiesIsNoModel) {
  const TempDir folder;
  ASSERT_OK(WriteOverflowingModel(folder.path()));
  EXPECT_THAT(Import("film", ReadFiles(folder.path())),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "warm-up"));
  ExpectNothingKept();
}

TEST_F(ImportModelTest, AFileThatChangedOnTheWayIsDataLoss) {
  grpc::ClientContext context;
  v1::ImportModelResponse response;
  const auto writer = models_->ImportModel(&context, &response);
  SendHeader(*writer, "film");
  SendFile(*writer, "config.json", "{}", ToHex(Sha256Of("{} ")));
  SendEnd(*writer);
  const grpc::Status status = writer->Finish();
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::DATA_LOSS, "config.json"));
  EXPECT_EQ(ReasonOf(status), "CHECKSUM_MISMATCH");
  ExpectNothingKept();
}

TEST_F(ImportModelTest, TheOrderOfTheMessagesMatters) {
  using Send = std::function<void(Writer&)>;
  const std::vector<std::pair<std::string, Send>> cases = {
      {"must be its header", [](Writer& writer) { SendEnd(writer); }},
      {"must be its header",
       [](Writer& writer) { SendFile(writer, "config.json", "{}", ""); }},
      {"a second header",
       [](Writer& writer) {
         SendHeader(writer, "film");
         SendHeader(writer, "film");
       }},
      {"bytes of no file",
       [](Writer& writer) {
         SendHeader(writer, "film");
         v1::ImportModelRequest request;
         request.set_data("{}");
         writer.Write(request);
       }},
      {"is empty",
       [](Writer& writer) {
         SendHeader(writer, "film");
         writer.Write({});
       }},
      {"config.json has come already",
       [](Writer& writer) {
         SendHeader(writer, "film");
         SendFile(writer, "config.json", "{}", ToHex(Sha256Of("{}")));
         SendFile(writer, "config.json", "{}", ToHex(Sha256Of("{}")));
       }},
      {"broke off", [](Writer& writer) { SendHeader(writer, "film"); }}};
  for (const auto& [said, send] : cases) {
    grpc::ClientContext context;
    v1::ImportModelResponse response;
    const auto writer = models_->ImportModel(&context, &response);
    send(*writer);
    writer->WritesDone();
    EXPECT_THAT(writer->Finish(),
                GrpcCodeIs(StatusCode::INVALID_ARGUMENT, said));
  }
  ExpectNothingKept();
}

TEST_F(ImportModelTest, TheNameIsChecked) {
  EXPECT_THAT(WrongFields(Import("../film", TinyFiles())),
              ElementsAre("model"));
  ExpectNothingKept();
}

TEST_F(ImportModelTest, FilesTogetherMayNotPassTheLimit) {
  StopServer();
  options_.max_upload_bytes = 1000;
  StartServer();
  const grpc::Status status = Import("film", TinyFiles());
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "1000 bytes"));
  EXPECT_EQ(ReasonOf(status), "UPLOAD_TOO_LARGE");
  ExpectNothingKept();
}

TEST_F(ImportModelTest, ACallerWhoLeavesLeavesNothing) {
  grpc::ClientContext context;
  v1::ImportModelResponse response;
  const auto writer = models_->ImportModel(&context, &response);
  SendHeader(*writer, "film");
  SendFile(*writer, "config.json", std::string(3 << 20, ' '), "");
  WaitUntilInFlight(kMethod);
  context.TryCancel();
  EXPECT_THAT(writer->Finish(), GrpcCodeIs(StatusCode::CANCELLED));
  WaitUntilNoneInFlight(kMethod);
  ExpectNothingKept();
}

TEST_F(ImportModelTest, ImportsAtOnceAreVersionsOfTheirOwn) {
  constexpr int kImports = 4;
  std::vector<grpc::Status> statuses(kImports);
  std::vector<std::thread> callers;
  callers.reserve(kImports);
  const Files files = TinyFiles();
  for (int i = 0; i < kImports; ++i) {
    callers.emplace_back([&, i] {
      grpc::ClientContext context;
      v1::ImportModelResponse response;
      const auto writer = models_->ImportModel(&context, &response);
      SendHeader(*writer, "film");
      for (const auto& [name, content] : files) {
        SendFile(*writer, name, content, ToHex(Sha256Of(content)));
      }
      SendEnd(*writer);
      writer->WritesDone();
      statuses[i] = writer->Finish();
    });
  }
  for (std::thread& caller : callers) caller.join();
  for (const grpc::Status& status : statuses) EXPECT_THAT(status, IsGrpcOk());
  EXPECT_EQ(Get("film@latest").version().version(), kImports);
}

}  // namespace
}  // namespace carousel
