#include "server/key_ring.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

std::string DigestOf(const std::string& key) { return ToHex(Sha256Of(key)); }

TEST(KeyRingTest, KnowsTheKeysOfItsFile) {
  ASSERT_OK_AND_ASSIGN(
      const KeyRing ring,
      KeyRing::Parse("# who            may what\n"
                     "admin " +
                         DigestOf("alice's key") + " alice\n\n" +
                         "\tpredict\t" + DigestOf("shop's key") +
                         "  shop # since May\r\n" + "train " +
                         DigestOf("bob's key") + " bob",
                     "keys"));
  EXPECT_EQ(ring.size(), 3);
  const Key* const alice = ring.Find("alice's key");
  ASSERT_NE(alice, nullptr);
  EXPECT_EQ(alice->name, "alice");
  EXPECT_EQ(alice->role, Role::kAdmin);
  EXPECT_EQ(ring.Find("shop's key")->role, Role::kPredict);
  EXPECT_EQ(ring.Find("bob's key")->role, Role::kTrain);
  EXPECT_THAT(ring.Describe(), "3 keys of keys");
}

TEST(KeyRingTest, KnowsNoOtherKey) {
  ASSERT_OK_AND_ASSIGN(const KeyRing ring,
                       KeyRing::Parse("admin " + DigestOf("the key"), "keys"));
  // What is nearly the key, and what stands in the file.
  for (const std::string& key :
       {std::string(), std::string("the key "), std::string("the ke"),
        std::string("THE KEY"), DigestOf("the key")}) {
    EXPECT_EQ(ring.Find(key), nullptr) << key;
  }
}

TEST(KeyRingTest, EveryBitOfADigestCounts) {
  const Sha256Digest digest = Sha256Of("the key");
  for (std::size_t byte = 0; byte < digest.size(); ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      Sha256Digest other = digest;
      other[byte] ^= 1 << bit;
      ASSERT_OK_AND_ASSIGN(const KeyRing ring,
                           KeyRing::Parse("admin " + ToHex(other), "keys"));
      EXPECT_EQ(ring.Find("the key"), nullptr) << byte << ", " << bit;
    }
  }
}

TEST(KeyRingTest, AKeyIsFoundWhereverItStands) {
  std::string text;
  for (int i = 0; i < 20; ++i) {
    text += "train " + DigestOf("key " + std::to_string(i)) + " n" +
            std::to_string(i) + "\n";
  }
  ASSERT_OK_AND_ASSIGN(const KeyRing ring, KeyRing::Parse(text, "keys"));
  for (int i = 0; i < 20; ++i) {
    const Key* const key = ring.Find("key " + std::to_string(i));
    ASSERT_NE(key, nullptr) << i;
    EXPECT_EQ(key->name, "n" + std::to_string(i));
  }
}

TEST(KeyRingTest, AKeyWithoutANameIsCalledAfterItsDigest) {
  const std::string digest = DigestOf("the key");
  ASSERT_OK_AND_ASSIGN(const KeyRing ring,
                       KeyRing::Parse("admin " + digest, "keys"));
  EXPECT_EQ(ring.Find("the key")->name, "key-" + digest.substr(0, 8));
}

TEST(KeyRingTest, NamesTheLineThatIsWrong) {
  const std::string good = "admin " + DigestOf("a") + "\n";
  const std::string digest = DigestOf("b");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"root " + digest, "the role is \"root\"; it must be predict, train or"},
      {"Admin " + digest, "the role is \"Admin\""},
      {"admin", "ROLE SHA256 [NAME]; here it has 1 word"},
      {"admin " + digest + " a b", "here it has 4 words"},
      {"admin " + digest.substr(1), "64 hexadecimal digits; here it has 63"},
      {"admin " + digest.substr(1) + "g", "not all of them such digits"},
      {"admin " + digest + " Bob", "the name"},
      {"train " + DigestOf("a"), "that of line 1 again"}};
  for (const auto& [line, message] : cases) {
    EXPECT_THAT(KeyRing::Parse(good + "# a comment\n" + line, "my/keys"),
                StatusIs(kInvalid,
                         AllOf(StartsWith("my/keys:3: "), HasSubstr(message))))
        << line;
  }
}

// Somebody who pastes the key itself must not find it in the log.
TEST(KeyRingTest, RepeatsNothingThatMayBeAKey) {
  const std::string key = "c0ffee-c0ffee-c0ffee";
  for (const std::string& line :
       {"admin " + key, key + " admin", key, "admin " + key + " bob"}) {
    EXPECT_THAT(KeyRing::Parse(line, "keys"),
                StatusIs(kInvalid, Not(HasSubstr("c0ffee"))))
        << line;
  }
}

TEST(KeyRingTest, AFileWithoutAKeyLocksNobodyOut) {
  for (const char* text : {"", "\n\n", "# admin comes later\n"}) {
    EXPECT_THAT(KeyRing::Parse(text, "keys"),
                StatusIs(kInvalid, HasSubstr("keys holds no key")));
  }
}

TEST(KeyRingTest, SaysWhenOthersCanReadTheFile) {
  const TempDir folder;
  const std::filesystem::path file = folder / "keys";
  ASSERT_OK(WriteFileAtomically(file, "admin " + DigestOf("a")));
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  ASSERT_OK_AND_ASSIGN(const KeyRing closed, KeyRing::Read(file));
  EXPECT_THAT(closed.warnings(), IsEmpty());
  for (const int mode : {0640, 0604, 0602, 0610}) {
    std::filesystem::permissions(file, std::filesystem::perms(mode));
    ASSERT_OK_AND_ASSIGN(const KeyRing open, KeyRing::Read(file));
    EXPECT_THAT(open.warnings(), ElementsAre(AllOf(HasSubstr(file.string()),
                                                   HasSubstr("chmod 600"))));
  }
}

TEST(KeyRingTest, AFileThatIsNotThereIsNamed) {
  EXPECT_THAT(KeyRing::Read("/no/keys"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/no/keys")));
}

}  // namespace
}  // namespace carousel
