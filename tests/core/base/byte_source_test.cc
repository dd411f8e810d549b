#include "core/base/byte_source.h"

#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "tests/support/gzip.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

absl::StatusOr<std::string> ReadAll(ByteSource& source,
                                    std::size_t block = 1000) {
  std::string content;
  std::string buffer(block, '\0');
  while (true) {
    ASSIGN_OR_RETURN(const std::size_t count,
                     source.Read(buffer.data(), buffer.size()));
    if (count == 0) return content;
    content.append(buffer, 0, count);
  }
}

absl::StatusOr<std::string> ReadAllOf(const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(const auto source, OpenByteSource(path));
  return ReadAll(*source);
}

// More than any buffer holds, and hard enough to squeeze to be long when
// gzipped.
std::string LongText() {
  std::string text;
  for (int i = 0; i < 60'000; ++i) {
    absl::StrAppend(&text, i * 7919 % 60'013, " ");
  }
  return text;
}

TEST(ByteSourceTest, ReadsPlainAndGzippedFilesWhateverTheirNames) {
  const TempDir folder;
  for (const std::string& content :
       {std::string(), std::string("x"), std::string("\x1f"),
        std::string("two\nlines\n"), std::string("a\0b", 3), LongText()}) {
    ASSERT_OK(WriteFileAtomically(folder / "plain.gz", content));
    ASSERT_OK(WriteFileAtomically(folder / "zipped.csv", Gzip(content)));
    EXPECT_THAT(ReadAllOf(folder / "plain.gz"), IsOkAndHolds(content));
    EXPECT_THAT(ReadAllOf(folder / "zipped.csv"), IsOkAndHolds(content));
  }
}

TEST(ByteSourceTest, ReadsPlainAndGzippedMemoryInAnyPieces) {
  const std::string content = LongText();
  for (const std::size_t block : {1, 7, 1 << 20}) {
    EXPECT_THAT(ReadAll(*MakeMemorySource(content), block),
                IsOkAndHolds(content));
    EXPECT_THAT(ReadAll(*MakeMemorySource(Gzip(content)), block),
                IsOkAndHolds(content));
  }
}

TEST(ByteSourceTest, AnEmptyReadOfAGzipStreamGivesNothing) {
  const auto source = MakeMemorySource(Gzip("text"));
  char buffer[4];
  EXPECT_THAT(source->Read(buffer, 0), IsOkAndHolds(0u));
  EXPECT_THAT(ReadAll(*source), IsOkAndHolds("text"));
}

TEST(ByteSourceTest, JoinsTheMembersOfAGzipFile) {
  const auto source =
      MakeMemorySource(Gzip("one,") + Gzip("") + Gzip("two,") + Gzip("three"));
  EXPECT_THAT(ReadAll(*source), IsOkAndHolds("one,two,three"));
}

TEST(ByteSourceTest, ReadsAPipe) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string zipped = Gzip("through a pipe");
  ASSERT_EQ(::write(ends[1], zipped.data(), zipped.size()),
            static_cast<ssize_t>(zipped.size()));
  ::close(ends[1]);
  EXPECT_THAT(ReadAllOf(absl::StrCat("/dev/fd/", ends[0])),
              IsOkAndHolds("through a pipe"));
  ::close(ends[0]);
}

TEST(ByteSourceTest, AGzipStreamCutAnywhereIsDataLoss) {
  const std::string zipped = Gzip("a few words to squeeze");
  for (std::size_t length = 2; length < zipped.size(); ++length) {
    const auto source = MakeMemorySource(zipped.substr(0, length));
    EXPECT_THAT(ReadAll(*source),
                StatusIs(absl::StatusCode::kDataLoss,
                         HasSubstr(absl::StrCat("at byte ", length, ":"))))
        << "cut to " << length << " of " << zipped.size();
  }
}

TEST(ByteSourceTest, AChangedByteAnywhereInTheDataIsDataLoss) {
  constexpr std::size_t kHeaderBytes = 10;  // its time and OS are not checked
  const std::string zipped = Gzip("a few words to squeeze");
  for (std::size_t i = kHeaderBytes; i < zipped.size(); ++i) {
    std::string damaged = zipped;
    damaged[i] = static_cast<char>(~damaged[i]);
    EXPECT_THAT(ReadAll(*MakeMemorySource(damaged)),
                StatusIs(absl::StatusCode::kDataLoss))
        << "byte " << i;
  }
}

TEST(ByteSourceTest, DamageNamesTheFile) {
  const TempDir folder;
  ASSERT_OK(WriteFileAtomically(folder / "reviews.csv.gz",
                                Gzip("text") + "not a member"));
  EXPECT_THAT(
      ReadAllOf(folder / "reviews.csv.gz"),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("reviews.csv.gz")));
}

TEST(ByteSourceTest, AMissingFileAndAFolderAreRefused) {
  const TempDir folder;
  EXPECT_THAT(OpenByteSource(folder / "none.csv").status(),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr("none.csv"),
                             HasSubstr("No such file or directory"))));
  EXPECT_THAT(ReadAllOf(folder.path()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("Is a directory")));
}

}  // namespace
}  // namespace carousel
