#include "client/model_import.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/sha256.h"
#include "tests/client/fake_server.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Pair;

class ModelImportTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, const std::string& content) {
    EXPECT_OK(WriteFileAtomically(folder_ / name, content));
  }
  // Takes whatever comes.
  void Receive() {
    server_.import_model = [this](auto& reader, auto& response) {
      v1::ImportModelRequest request;
      std::string name;
      while (reader.Read(&request)) {
        if (request.has_header()) model_ = request.header().model();
        if (request.has_file()) {
          name = request.file().name();
          sha256_[name] = request.file().sha256();
          received_[name] = "";
        }
        EXPECT_THAT(request.data().size(), Le(std::size_t{1} << 20));
        received_[name] += request.data();
        has_ended_ = request.has_end();
      }
      response.mutable_version()->set_version(3);
      return grpc::Status::OK;
    };
  }
  absl::StatusOr<ImportedModel> Import(const std::filesystem::path& folder) {
    return ImportModel(client_, "film", folder,
                       [this](std::int64_t sent, std::int64_t size) {
                         sent_ = sent;
                         size_ = size;
                       },
                       {});
  }

  TempDir folder_;
  FakeServer server_;
  Client client_{server_.address()};
  std::string model_;
  std::map<std::string, std::string> received_, sha256_;
  bool has_ended_ = false;
  std::int64_t sent_ = 0;
  std::int64_t size_ = 0;
};

TEST_F(ModelImportTest, SendsEveryFileOfTheFormatWithItsChecksum) {
  Receive();
  const std::string weights(3 * (1 << 20) / 2, 'x');
  Write("model.safetensors", weights);
  Write("config.json", "{}");
  Write("vocabulary.txt", "");
  Write("README.md", "not ours");
  ASSERT_OK(CreateFolder(folder_ / "cache"));
  ASSERT_OK_AND_ASSIGN(const ImportedModel imported, Import(folder_.path()));
  EXPECT_EQ(imported.version.version(), 3);
  EXPECT_THAT(imported.left_out, ElementsAre("README.md", "cache"));
  EXPECT_EQ(model_, "film");
  EXPECT_TRUE(has_ended_);
  received_.erase("");
  EXPECT_THAT(received_, ElementsAre(Pair("config.json", "{}"),
                                     Pair("model.safetensors", weights),
                                     Pair("vocabulary.txt", "")));
  for (const auto& [name, content] : received_) {
    EXPECT_EQ(sha256_[name], ToHex(Sha256Of(content))) << name;
  }
  EXPECT_EQ(sent_, size_);
  EXPECT_EQ(size_, weights.size() + 2);
}

TEST_F(ModelImportTest, LinksToFilesAreFollowed) {
  Receive();
  Write("blob", "{}");
  std::filesystem::create_symlink(folder_ / "blob", folder_ / "config.json");
  ASSERT_OK(Import(folder_.path()).status());
  EXPECT_EQ(received_["config.json"], "{}");
}

TEST_F(ModelImportTest, WhatCannotBeReadIsNamedBeforeAnythingIsSent) {
  Receive();
  EXPECT_THAT(Import(folder_ / "none"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("none")));
  Write("file", "");
  EXPECT_THAT(Import(folder_ / "file"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("file")));
  std::filesystem::create_symlink(folder_ / "gone", folder_ / "config.json");
  EXPECT_THAT(
      Import(folder_.path()),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("config.json")));
  std::filesystem::remove(folder_ / "config.json");
  ASSERT_OK(CreateFolder(folder_ / "config.json"));
  EXPECT_THAT(
      Import(folder_.path()),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is a folder")));
  EXPECT_EQ(model_, "") << "nothing was sent";
}

TEST_F(ModelImportTest, WhatTheServerFindsWrongEndsTheSending) {
  Write("config.json", "{}");
  Write("model.safetensors", std::string(8 << 20, 'x'));
  server_.import_model = [](auto& reader, auto&) {
    v1::ImportModelRequest request;
    reader.Read(&request);
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "no such name");
  };
  EXPECT_THAT(Import(folder_.path()),
              StatusIs(absl::StatusCode::kInvalidArgument, "no such name"));
}

}  // namespace
}  // namespace carousel::client
