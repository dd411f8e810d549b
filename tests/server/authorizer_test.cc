#include "server/authorizer.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error_details.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/log_sink.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
constexpr absl::StatusCode kUnauthenticated =
    absl::StatusCode::kUnauthenticated;
constexpr absl::StatusCode kDenied = absl::StatusCode::kPermissionDenied;

class AuthorizerTest : public ::testing::Test {
 protected:
  void Write(const std::string& keys) {
    ASSERT_OK(WriteFileAtomically(file_, keys));
  }
  void Create() {
    ASSERT_OK_AND_ASSIGN(authorizer_, Authorizer::Create(file_, log_));
  }

  static std::string Line(const std::string& role, const std::string& key,
                          const std::string& name) {
    return role + " " + ToHex(Sha256Of(key)) + " " + name + "\n";
  }

  // A call with these values of the header.
  absl::Status Ask(const std::vector<std::string>& headers, Role role) const {
    Authorizer::Metadata metadata;
    for (const std::string& header : headers) {
      metadata.emplace("authorization", header);
    }
    return authorizer_->Authorize(metadata, role);
  }

  int CountInLog(const std::string& text) const {
    const std::string log = sink_->text();
    int count = 0;
    for (auto at = log.find(text); at != std::string::npos;
         at = log.find(text, at + 1)) {
      ++count;
    }
    return count;
  }

  const TempDir folder_;
  const std::filesystem::path file_ = folder_ / "keys";
  const std::shared_ptr<LogSink> sink_ = std::make_shared<LogSink>();
  const EventLog log_{LogFormat::kText, LogLevel::info, sink_};
  std::unique_ptr<Authorizer> authorizer_;
};

TEST_F(AuthorizerTest, WithoutAFileEverybodyMayDoEverything) {
  ASSERT_OK_AND_ASSIGN(authorizer_, Authorizer::Create("", log_));
  EXPECT_TRUE(authorizer_->is_open());
  EXPECT_OK(Ask({}, Role::kAdmin));
  EXPECT_OK(Ask({"Basic nonsense"}, Role::kAdmin));
  authorizer_->Reload();
}

TEST_F(AuthorizerTest, EachRoleMayWhatThoseBeforeItMay) {
  Write(Line("predict", "p", "shop") + Line("train", "t", "bob") +
        Line("admin", "a", "alice"));
  Create();
  EXPECT_FALSE(authorizer_->is_open());
  EXPECT_OK(Ask({"Bearer p"}, Role::kPredict));
  EXPECT_THAT(Ask({"Bearer p"}, Role::kTrain),
              StatusIs(kDenied,
                       "the key shop has the role predict; this call "
                       "needs train or a role above it"));
  EXPECT_THAT(Ask({"Bearer p"}, Role::kAdmin), StatusIs(kDenied));
  EXPECT_OK(Ask({"Bearer t"}, Role::kPredict));
  EXPECT_OK(Ask({"Bearer t"}, Role::kTrain));
  EXPECT_THAT(Ask({"Bearer t"}, Role::kAdmin),
              StatusIs(kDenied,
                       "the key bob has the role train; this call "
                       "needs admin"));
  for (const Role role : {Role::kPredict, Role::kTrain, Role::kAdmin}) {
    EXPECT_OK(Ask({"Bearer a"}, role));
  }
}

TEST_F(AuthorizerTest, ReasonsTellTheRefusalsApart) {
  Write(Line("predict", "p", "shop"));
  Create();
  EXPECT_EQ(GetReason(Ask({}, Role::kPredict)), kKeyMissing);
  EXPECT_EQ(GetReason(Ask({"Bearer x"}, Role::kPredict)), kKeyUnknown);
  EXPECT_EQ(GetReason(Ask({"Bearer p"}, Role::kTrain)), kRoleTooSmall);
}

TEST_F(AuthorizerTest, TheKeyComesInOneBearerHeader) {
  Write(Line("admin", "the-key", "alice"));
  Create();
  EXPECT_OK(Ask({"Bearer the-key"}, Role::kAdmin));
  EXPECT_OK(Ask({"bearer the-key"}, Role::kAdmin));
  const std::vector<std::vector<std::string>> refused = {
      {},
      {""},
      {"the-key"},
      {"Bearer"},
      {"Bearer "},
      {"Bearerthe-key"},
      {"Basic the-key"},
      {"Bearer  the-key"},
      {"Bearer the-key "},
      {"Bearer the-key,"},
      {"Bearer wrong"},
      {"Bearer the-key", "Bearer wrong"},
      {"Bearer the-key", "Bearer the-key"}};
  for (const auto& headers : refused) {
    EXPECT_THAT(Ask(headers, Role::kPredict),
                StatusIs(kUnauthenticated,
                         AllOf(HasSubstr("key"), Not(HasSubstr("the-key")))))
        << ::testing::PrintToString(headers);
  }
}

TEST_F(AuthorizerTest, NamesTheCallerForTheLog) {
  Write(Line("predict", "p", "shop"));
  Create();
  EXPECT_EQ(authorizer_->CallerName({{"authorization", "Bearer p"}}), "shop");
  EXPECT_EQ(authorizer_->CallerName({{"authorization", "Bearer x"}}), "");
  EXPECT_EQ(authorizer_->CallerName({}), "");
}

TEST_F(AuthorizerTest, AFileThatIsWrongAtTheStartIsAnError) {
  Write("# keys\nadmin nonsense\n");
  EXPECT_THAT(
      Authorizer::Create(file_, log_),
      StatusIs(kInvalid, HasSubstr("--key_file: " + file_.string() + ":2: ")));
  EXPECT_THAT(Authorizer::Create(folder_ / "none", log_),
              StatusIs(kInvalid, HasSubstr((folder_ / "none").string())));
}

TEST_F(AuthorizerTest, AReloadTakesKeysInAndOut) {
  Write(Line("admin", "old", "alice"));
  Create();
  Write(Line("admin", "new", "alice") + Line("train", "more", "bob"));
  EXPECT_OK(Ask({"Bearer old"}, Role::kAdmin));
  authorizer_->Reload();
  EXPECT_THAT(Ask({"Bearer old"}, Role::kPredict), StatusIs(kUnauthenticated));
  EXPECT_OK(Ask({"Bearer new"}, Role::kAdmin));
  EXPECT_OK(Ask({"Bearer more"}, Role::kTrain));
  EXPECT_EQ(CountInLog("2 keys of " + file_.string()), 1);
}

TEST_F(AuthorizerTest, AReloadChangesRoles) {
  Write(Line("admin", "key", "alice"));
  Create();
  Write(Line("train", "key", "alice"));
  authorizer_->Reload();
  EXPECT_THAT(Ask({"Bearer key"}, Role::kAdmin), StatusIs(kDenied));
}

TEST_F(AuthorizerTest, AFileThatBreaksLeavesTheKeysAsTheyWere) {
  Write(Line("admin", "old", "alice"));
  Create();
  const std::string broken = Line("admin", "new", "alice") + "train\n";
  const std::vector<std::string> contents = {broken, "", "# none\n"};
  for (const std::string& content : contents) {
    Write(content);
    authorizer_->Reload();
    EXPECT_OK(Ask({"Bearer old"}, Role::kAdmin)) << content;
    EXPECT_THAT(Ask({"Bearer new"}, Role::kPredict),
                StatusIs(kUnauthenticated));
  }
  EXPECT_EQ(CountInLog("stay as they were\" error=\"" + file_.string() + ":2"),
            1);
  std::filesystem::remove(file_);
  authorizer_->Reload();
  EXPECT_OK(Ask({"Bearer old"}, Role::kAdmin));
}

TEST_F(AuthorizerTest, AnErrorThatStaysIsLoggedOnce) {
  Write(Line("admin", "old", "alice"));
  Create();
  for (int round = 0; round < 2; ++round) {
    Write("broken\n");
    for (int i = 0; i < 3; ++i) authorizer_->Reload();
    EXPECT_EQ(CountInLog("stay as they were"), round + 1);
    // Mended and broken again, it is news.
    Write(Line("admin", "old", "alice"));
    authorizer_->Reload();
  }
  // A file that is what it was tells nothing.
  EXPECT_EQ(CountInLog("1 key of"), 1);
}

TEST_F(AuthorizerTest, NoKeyAndNoDigestIsLogged) {
  Write(Line("admin", "s3cr3t", "alice"));
  Create();
  static_cast<void>(Ask({"Bearer s3cr3t"}, Role::kAdmin));
  Write("admin s3cr3t alice\n");
  authorizer_->Reload();
  EXPECT_EQ(CountInLog("s3cr3t"), 0);
  EXPECT_EQ(CountInLog(ToHex(Sha256Of("s3cr3t"))), 0);
}

}  // namespace
}  // namespace carousel
