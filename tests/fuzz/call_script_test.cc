// The scripts that the requests fuzzer runs: what it begins with reaches the
// whole API, and what becomes of them are scripts again.
#include "tests/fuzz/call_script.h"

#include <google/protobuf/text_format.h>

#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "carousel/v1/datasets.pb.h"
#include "carousel/v1/models.pb.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fuzz/fuzzed_server.h"
#include "tests/support/status_matchers.h"

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data,
                                               std::size_t size,
                                               std::size_t max_size,
                                               unsigned int seed);
extern "C" std::size_t LLVMFuzzerCustomCrossOver(
    const std::uint8_t* data1, std::size_t size1, const std::uint8_t* data2,
    std::size_t size2, std::uint8_t* out, std::size_t max_size,
    unsigned int seed);

// libFuzzer's, in small: one byte comes, goes or becomes another, as the bytes
// themselves say.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                        std::size_t max_size) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < size; ++i) sum = sum * 31 + data[i];
  std::mt19937_64 random(sum);
  const std::size_t at = random() % (size + 1);
  const auto byte = static_cast<std::uint8_t>(random());
  if (at == size && size < max_size) {
    data[size] = byte;
    return size + 1;
  }
  if (at == size) return size - 1;
  if (random() % 3 == 0) {
    std::memmove(data + at, data + at + 1, size - at - 1);
    return size - 1;
  }
  data[at] = random() % 2 == 0 ? byte : static_cast<std::uint8_t>(data[at] + 1);
  return size;
}

namespace carousel {
namespace {

namespace pb = google::protobuf;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::size_t kMaxBytes = 16384;

std::map<std::string, std::string> Seeds() {
  std::map<std::string, std::string> seeds;
  for (const auto& entry :
       std::filesystem::directory_iterator(CAROUSEL_REQUEST_SEEDS)) {
    const auto text = ReadFile(entry.path());
    EXPECT_OK(text);
    seeds[entry.path().filename()] = text.value_or("");
  }
  EXPECT_THAT(seeds, Not(IsEmpty()));
  return seeds;
}

const std::uint8_t* Bytes(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::string Mutated(std::string text, unsigned int seed) {
  const std::size_t size = text.size();
  text.resize(kMaxBytes);
  text.resize(LLVMFuzzerCustomMutator(
      reinterpret_cast<std::uint8_t*>(text.data()), size, kMaxBytes, seed));
  return text;
}

TEST(CallScriptTest, KnowsEveryMethodOfTheApi) {
  std::set<std::string> scriptable, all;
  for (const auto* method : ScriptableMethods()) {
    scriptable.insert(method->full_name());
  }
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(CAROUSEL_PROTO_DIR) / "carousel/v1")) {
    const std::string name = "carousel/v1/" + entry.path().filename().string();
    const auto* const file =
        pb::DescriptorPool::generated_pool()->FindFileByName(name);
    ASSERT_NE(file, nullptr) << name;
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        all.insert(file->service(i)->method(j)->full_name());
      }
    }
  }
  EXPECT_THAT(all, Not(IsEmpty()));
  EXPECT_EQ(scriptable, all);
}

// A method that only ever refuses what it is asked is hardly searched.
TEST(CallScriptTest, SomeSeedOfEveryMethodSucceeds) {
  std::set<std::string> expected, succeeded;
  for (const auto* method : ScriptableMethods()) {
    expected.insert(method->full_name());
  }
  const FuzzedServerData data;
  for (const auto& [name, text] : Seeds()) {
    auto script = ParseCallScript(text);
    ASSERT_TRUE(script.has_value()) << name;
    FuzzedServer server(data);
    const auto codes = server.Run(*script);
    ASSERT_EQ(codes.size(), script->size());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (codes[i] == grpc::StatusCode::OK) {
        succeeded.insert((*script)[i].method->full_name());
      }
    }
  }
  EXPECT_EQ(succeeded, expected);
}

TEST(CallScriptTest, AServerForgetsTheJobsOfAScript) {
  const FuzzedServerData data;
  FuzzedServer server(data);
  const std::string train =
      "carousel.v1.TrainingService/Train\ndataset: \"reviews\" vectors: "
      "\"words\" model: \"new\"";
  for (int i = 0; i < 40; ++i) {  // more than the queue holds
    auto script = ParseCallScript(train);
    ASSERT_TRUE(script.has_value());
    ASSERT_THAT(server.Run(*script),
                ::testing::ElementsAre(grpc::StatusCode::OK));
  }
  std::size_t folders = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(server.jobs_folder())) {
    ++folders;
  }
  EXPECT_LE(folders, 1u);  // of the job that was there before
}

TEST(CallScriptTest, WhatIsPrintedReadsBack) {
  for (const auto& [name, text] : Seeds()) {
    const auto script = ParseCallScript(text);
    ASSERT_TRUE(script.has_value()) << name;
    const std::string printed = PrintCallScript(*script);
    const auto again = ParseCallScript(printed);
    ASSERT_TRUE(again.has_value()) << name;
    EXPECT_EQ(PrintCallScript(*again), printed) << name;
    EXPECT_EQ(again->size(), script->size()) << name;
  }
}

TEST(CallScriptTest, WhatIsNoScriptIsNone) {
  for (const char* const text :
       {"", "no.Service/Method\n", "carousel.v1.SentimentService/Predict\nno",
        "carousel.v1.SentimentService/Predict\n---\nmodel: 1"}) {
    EXPECT_FALSE(ParseCallScript(text).has_value()) << text;
  }
}

// Thousands of changes in a row leave a script, and every one of the API's
// methods comes up.
TEST(CallScriptTest, MutationsStayScripts) {
  std::set<std::string> methods;
  for (const auto& [name, seed_text] : Seeds()) {
    std::string text = seed_text;
    int changed = 0;
    for (unsigned int i = 0; i < 500; ++i) {
      const std::string next = Mutated(text, i);
      if (next.empty()) continue;  // did not fit
      const auto script = ParseCallScript(next);
      ASSERT_TRUE(script.has_value()) << name << "\n" << next;
      ASSERT_LE(script->size(), kMaxScriptedCalls);
      for (const ScriptedCall& call : *script) {
        ASSERT_LE(call.messages.size(), kMaxScriptedMessages);
        methods.insert(call.method->full_name());
      }
      changed += next != text ? 1 : 0;
      text = next;
    }
    EXPECT_GT(changed, 250) << name;
    EXPECT_EQ(Mutated(seed_text, 7), Mutated(seed_text, 7));
  }
  EXPECT_EQ(methods.size(), ScriptableMethods().size());
}

// What the fuzzer does, without its eye for what is new: changes upon changes
// of every seed, each run.
TEST(CallScriptTest, NoMutationFindsAFault) {
  constexpr unsigned int kMutations = 20;
  const FuzzedServerData data;
  for (const auto& [name, seed_text] : Seeds()) {
    std::optional<FuzzedServer> server;
    std::string text = seed_text;
    for (unsigned int i = 0; i < kMutations; ++i) {
      if (!server.has_value() || server->is_spent()) server.emplace(data);
      // Back to the seed now and then, before nothing is left of it.
      const std::string next = Mutated(i % 10 == 0 ? seed_text : text, i);
      auto script = ParseCallScript(next);
      if (!script.has_value()) continue;
      for (const auto code : server->Run(*script)) {
        ASSERT_FALSE(IsFault(code)) << name << "\n" << next;
      }
      text = next;
    }
  }
}

TEST(CallScriptTest, MutationMakesAScriptOfAnything) {
  for (const char* const text : {"", "\xFF", "no script"}) {
    EXPECT_TRUE(ParseCallScript(Mutated(text, 1)).has_value());
  }
}

TEST(CallScriptTest, ACrossHasCallsOfBoth) {
  const std::string first =
      "carousel.v1.AdminService/GetLogLevel\n\n===\n"
      "carousel.v1.AdminService/GetLogLevel\n";
  const std::string second = "carousel.v1.ServerService/GetServerInfo\n";
  std::set<std::size_t> sizes;
  for (unsigned int seed = 0; seed < 50; ++seed) {
    std::string out(kMaxBytes, '\0');
    out.resize(LLVMFuzzerCustomCrossOver(
        Bytes(first), first.size(), Bytes(second), second.size(),
        reinterpret_cast<std::uint8_t*>(out.data()), kMaxBytes, seed));
    const auto script = ParseCallScript(out);
    ASSERT_TRUE(script.has_value()) << out;
    EXPECT_EQ(script->front().method->name(), "GetLogLevel");
    sizes.insert(script->size());
  }
  EXPECT_THAT(sizes, ::testing::ElementsAre(1, 2, 3));
}

TEST(CallScriptTest, FillsInWhatNobodyCanWriteBeforehand) {
  auto script = ParseCallScript(
      "carousel.v1.DatasetService/UploadVectors\n"
      "vocabulary_data: \"v\"\n---\ndata: \"a\"\n---\ndata: \"b\"\n---\n"
      "end { sha256: \"right\" vocabulary_sha256: \"right\" }\n===\n"
      "carousel.v1.ModelService/ImportModel\n"
      "file { name: \"x\" sha256: \"right\" }\n---\ndata: \"a\"\n---\n"
      "file { name: \"y\" sha256: \"wrong\" }\n---\ndata: \"b\"\n===\n"
      "carousel.v1.TrainingService/GetTrainingJob\njob: \"last\"");
  ASSERT_TRUE(script.has_value());
  for (ScriptedCall& call : *script) FillIn("job-000007", call);
  const auto& end = static_cast<const v1::UploadVectorsRequest&>(
      *(*script)[0].messages.back());
  EXPECT_EQ(end.end().sha256(), ToHex(Sha256Of("ab")));
  EXPECT_EQ(end.end().vocabulary_sha256(), ToHex(Sha256Of("v")));
  const auto& first = static_cast<const v1::ImportModelRequest&>(
      *(*script)[1].messages.front());
  EXPECT_EQ(first.file().sha256(), ToHex(Sha256Of("a")));
  const auto& second =
      static_cast<const v1::ImportModelRequest&>(*(*script)[1].messages[2]);
  EXPECT_EQ(second.file().sha256(), "wrong");
  EXPECT_EQ((*script)[2].messages.front()->ShortDebugString(),
            "job: \"job-000007\"");
}

// The mutator leaves fields of other types as they are.
void ExpectFieldsThatMutate(const pb::Descriptor& message) {
  using Field = pb::FieldDescriptor;
  for (int i = 0; i < message.field_count(); ++i) {
    const Field& field = *message.field(i);
    switch (field.cpp_type()) {
      case Field::CPPTYPE_MESSAGE:
        ExpectFieldsThatMutate(*field.message_type());
        break;
      case Field::CPPTYPE_STRING:
        break;
      case Field::CPPTYPE_INT32:
      case Field::CPPTYPE_INT64:
      case Field::CPPTYPE_UINT64:
      case Field::CPPTYPE_BOOL:
      case Field::CPPTYPE_ENUM:
        EXPECT_FALSE(field.is_repeated()) << field.full_name();
        break;
      default:
        ADD_FAILURE() << field.full_name();
    }
  }
}

TEST(CallScriptTest, EveryFieldOfARequestCanBeMutated) {
  for (const auto* method : ScriptableMethods()) {
    ExpectFieldsThatMutate(*method->input_type());
  }
}

}  // namespace
}  // namespace carousel
