#include "core/base/checksums.h"

#include <stop_token>
#include <string>

#include "core/base/files.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ChecksumsTest : public ::testing::Test {
 protected:
  ChecksumsTest() {
    EXPECT_OK(CreateFolder(folder_ / "below"));
    Write("abc", "abc");
    Write("empty", "");
    Write("below/deep", std::string(1 << 20, 'x'));
    EXPECT_OK(WriteChecksums(folder_.path()));
  }
  void Write(const std::string& name, const std::string& content) {
    EXPECT_OK(WriteFileAtomically(folder_ / name, content));
  }

  const TempDir folder_;
};

TEST_F(ChecksumsTest, AreWrittenAsSha256sumWritesThem) {
  Write("below/deep", "abc");
  ASSERT_OK(WriteChecksums(folder_.path()));
  EXPECT_THAT(
      ReadFile(folder_ / "checksums.txt"),
      IsOkAndHolds(
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
          "  abc\n"
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
          "  below/deep\n"
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
          "  empty\n"));
}

TEST_F(ChecksumsTest, AnUntouchedFolderIsWhole) {
  EXPECT_OK(VerifyChecksums(folder_.path()));
}

TEST_F(ChecksumsTest, AnyFlippedBitIsFound) {
  for (const std::size_t byte : {0, 524'288, 1'048'575}) {
    std::string content(1 << 20, 'x');
    content[byte] ^= 1;
    Write("below/deep", content);
    EXPECT_THAT(
        VerifyChecksums(folder_.path()),
        StatusIs(absl::StatusCode::kDataLoss,
                 AllOf(HasSubstr("below/deep"), HasSubstr("has changed"))));
  }
}

TEST_F(ChecksumsTest, AMissingFileIsFound) {
  ASSERT_OK(RemoveAll(folder_ / "abc"));
  EXPECT_THAT(VerifyChecksums(folder_.path()),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("/abc "), HasSubstr("missing"))));
}

TEST_F(ChecksumsTest, AnExtraFileIsFound) {
  Write("below/extra", "");
  EXPECT_THAT(
      VerifyChecksums(folder_.path()),
      StatusIs(absl::StatusCode::kDataLoss,
               AllOf(HasSubstr("below/extra"), HasSubstr("does not belong"))));
}

TEST_F(ChecksumsTest, AnExtraLinkIsFound) {
  fs::create_symlink("abc", folder_ / "link");
  EXPECT_THAT(VerifyChecksums(folder_.path()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("link")));
}

TEST_F(ChecksumsTest, DamageToTheListItselfIsFound) {
  for (const char* content : {"", "\n", "ba7816bf  abc\n", "nonsense"}) {
    Write("checksums.txt", content);
    EXPECT_THAT(VerifyChecksums(folder_.path()),
                StatusIs(absl::StatusCode::kDataLoss))
        << content;
  }
  ASSERT_OK(RemoveAll(folder_ / "checksums.txt"));
  EXPECT_THAT(VerifyChecksums(folder_.path()),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("checksums.txt is missing")));
}

TEST_F(ChecksumsTest, AFolderThatIsGoneIsDataLoss) {
  EXPECT_THAT(VerifyChecksums(folder_ / "none"),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(ChecksumsTest, WhatCannotBeListedIsRefused) {
  Write("two\nlines", "");
  EXPECT_THAT(WriteChecksums(folder_.path()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("two\\nlines")));
  ASSERT_OK(RemoveAll(folder_ / "two\nlines"));
  fs::create_symlink("/etc/passwd", folder_ / "link");
  EXPECT_THAT(
      WriteChecksums(folder_.path()),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("link")));
}

TEST_F(ChecksumsTest, FolderBytesAreAllFilesBytes) {
  ASSERT_OK(RemoveAll(folder_ / "checksums.txt"));
  EXPECT_THAT(FolderBytes(folder_.path()), IsOkAndHolds(3 + 0 + (1 << 20)));
}

TEST_F(ChecksumsTest, ALinkedFolderIsACopy) {
  const TempDir other;
  ASSERT_OK(LinkFolder(folder_.path(), other / "a/copy"));
  EXPECT_OK(VerifyChecksums(other / "a/copy"));
  // Replacing an original, as every writer here does, leaves the copy alone.
  Write("abc", "changed");
  EXPECT_OK(VerifyChecksums(other / "a/copy"));
}

TEST_F(ChecksumsTest, VerifyingStopsWhenItIsAsked) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(VerifyChecksums(folder_.path(), stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(ChecksumsTest, AFileIsReadWhateverBecameOfTheOthers) {
  Write("below/deep", "changed");
  EXPECT_THAT(ReadVerifiedFile(folder_.path(), "abc"), IsOkAndHolds("abc"));
}

TEST_F(ChecksumsTest, AFileThatIsNotWhatItWasIsNotRead) {
  Write("abc", "abd");
  EXPECT_THAT(ReadVerifiedFile(folder_.path(), "abc"),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("abc"), HasSubstr("has changed"))));
  ASSERT_OK(RemoveAll(folder_ / "abc"));
  EXPECT_THAT(ReadVerifiedFile(folder_.path(), "abc"),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("abc"), HasSubstr("is missing"))));
  Write("extra", "x");
  EXPECT_THAT(ReadVerifiedFile(folder_.path(), "extra"),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("extra")));
  ASSERT_OK(RemoveAll(folder_ / "checksums.txt"));
  EXPECT_THAT(ReadVerifiedFile(folder_.path(), "empty"),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("checksums")));
}

}  // namespace
}  // namespace carousel
