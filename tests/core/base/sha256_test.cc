#include "core/base/sha256.h"

#include <stop_token>
#include <string>

#include "core/base/files.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

// From FIPS 180-4's examples.
constexpr char kOfNothing[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr char kOfAbc[] =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr char kOfAMillionAs[] =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256Test, MatchesThePublishedExamples) {
  EXPECT_EQ(ToHex(Sha256Of("")), kOfNothing);
  EXPECT_EQ(ToHex(Sha256Of("abc")), kOfAbc);
}

TEST(Sha256Test, PiecesAreTheSameAsTheWhole) {
  Sha256 hash;
  const std::string piece(999, 'a');
  for (int i = 0; i < 1001; ++i) hash.Update(piece);
  hash.Update("");
  hash.Update("a");
  EXPECT_EQ(ToHex(hash.Finish()), kOfAMillionAs);
}

TEST(Sha256Test, HashesAFile) {
  const TempDir folder;
  ASSERT_OK(WriteFileAtomically(folder / "abc", "abc"));
  ASSERT_OK(WriteFileAtomically(folder / "empty", ""));
  ASSERT_OK(WriteFileAtomically(folder / "long", std::string(1'000'000, 'a')));
  EXPECT_THAT(Sha256OfFile(folder / "abc"), IsOkAndHolds(kOfAbc));
  EXPECT_THAT(Sha256OfFile(folder / "empty"), IsOkAndHolds(kOfNothing));
  EXPECT_THAT(Sha256OfFile(folder / "long"), IsOkAndHolds(kOfAMillionAs));
  EXPECT_THAT(Sha256OfFile(folder / "none"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(Sha256Test, StopsWhenItIsAsked) {
  const TempDir folder;
  ASSERT_OK(WriteFileAtomically(folder / "abc", "abc"));
  std::stop_source stop;
  EXPECT_THAT(Sha256OfFile(folder / "abc", stop.get_token()),
              IsOkAndHolds(kOfAbc));
  stop.request_stop();
  EXPECT_THAT(Sha256OfFile(folder / "abc", stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace carousel
