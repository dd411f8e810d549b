#include "client/model_export.h"

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/sha256.h"
#include "tests/client/fake_server.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Writer = grpc::ServerWriter<v1::ExportModelResponse>;

v1::ExportModelResponse Piece(const std::string& file, const std::string& data,
                              const std::string& sha256 = "") {
  v1::ExportModelResponse piece;
  piece.set_file(file);
  piece.set_data(data);
  piece.set_sha256(sha256);
  return piece;
}

// A server that sends these pieces after the version.
void Send(FakeServer& server,
          const std::vector<v1::ExportModelResponse>& pieces,
          const grpc::Status& status = grpc::Status::OK) {
  server.export_model = [pieces, status](const auto&, Writer& writer) {
    v1::ExportModelResponse version;
    version.mutable_version()->set_model("imdb");
    version.mutable_version()->set_version(3);
    writer.Write(version);
    for (const auto& piece : pieces) writer.Write(piece);
    return status;
  };
}

std::string Hash(const std::string& content) {
  return ToHex(Sha256Of(content));
}

std::vector<std::string> NamesIn(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename());
  }
  return names;
}

class ModelExportTest : public ::testing::Test {
 protected:
  absl::StatusOr<ExportedModel> Export() {
    return ExportModel(client_, "imdb", "safetensors", out_,
                       [](std::int64_t, std::int64_t) {}, {});
  }

  TempDir folder_;
  const std::filesystem::path out_ = folder_ / "out";
  FakeServer server_;
  Client client_{server_.address()};
};

TEST_F(ModelExportTest, PutsPiecesTogether) {
  Send(server_, {Piece("config.json", "{}", Hash("{}")),
                 Piece("model.safetensors", "abc"), Piece("", "def"),
                 Piece("", "", Hash("abcdef"))});
  ASSERT_OK_AND_ASSIGN(const ExportedModel exported, Export());
  EXPECT_EQ(exported.version.version(), 3);
  ASSERT_THAT(exported.files, SizeIs(2));
  EXPECT_EQ(exported.files[1].bytes, 6);
  EXPECT_EQ(exported.files[1].sha256, Hash("abcdef"));
  EXPECT_THAT(ReadFile(out_ / "config.json"), IsOkAndHolds("{}"));
  EXPECT_THAT(ReadFile(out_ / "model.safetensors"), IsOkAndHolds("abcdef"));
}

TEST_F(ModelExportTest, AnEmptyFolderIsTakenAFullOneIsNot) {
  Send(server_, {Piece("config.json", "{}", Hash("{}"))});
  ASSERT_OK(CreateFolder(out_));
  ASSERT_OK(Export());
  EXPECT_THAT(Export(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                 HasSubstr("is not empty")));
  EXPECT_THAT(ReadFile(out_ / "config.json"), IsOkAndHolds("{}"));
}

TEST_F(ModelExportTest, AFileInPlaceOfTheFolderIsRefused) {
  ASSERT_OK(WriteFileAtomically(out_, "a file"));
  EXPECT_THAT(Export(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                 HasSubstr("is not a folder")));
}

struct BadExport {
  const char* what;
  std::vector<v1::ExportModelResponse> pieces;
  absl::StatusCode code = absl::StatusCode::kDataLoss;
  grpc::Status status = grpc::Status::OK;
};

TEST_F(ModelExportTest, WhatIsDamagedLeavesNothingBehind) {
  const v1::ExportModelResponse good = Piece("config.json", "{}", Hash("{}"));
  const std::vector<BadExport> cases = {
      {"wrong checksum", {good, Piece("model", "abc", Hash("abd"))}},
      {"no checksum", {Piece("model", "abc"), good}},
      {"an end in the middle", {good, Piece("model", "abc")}},
      {"nothing at all", {}},
      {"a piece without a file", {Piece("", "abc", Hash("abc"))}},
      {"a way out", {good, Piece("../model", "abc", Hash("abc"))}},
      {"an absolute path", {good, Piece("/tmp/model", "abc", Hash("abc"))}},
      {"the folder itself", {good, Piece("..", "abc", Hash("abc"))}},
      {"a lost connection",
       {good, Piece("model", "abc")},
       absl::StatusCode::kUnavailable,
       {grpc::StatusCode::UNAVAILABLE, "Socket closed"}}};
  for (const BadExport& c : cases) {
    Send(server_, c.pieces, c.status);
    EXPECT_THAT(Export(), StatusIs(c.code)) << c.what;
    EXPECT_FALSE(std::filesystem::exists(out_)) << c.what;
    EXPECT_THAT(NamesIn(folder_.path()), IsEmpty()) << c.what;
  }
}

TEST_F(ModelExportTest, AFolderThatWasThereStaysEmptyWhenItFails) {
  Send(server_, {Piece("model", "abc", Hash("abd"))});
  ASSERT_OK(CreateFolder(out_));
  EXPECT_THAT(Export(), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(NamesIn(out_), IsEmpty());
}

}  // namespace
}  // namespace carousel::client
