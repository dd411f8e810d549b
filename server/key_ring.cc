#include "server/key_ring.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/names.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "server/private_file.h"

namespace carousel {
namespace {

constexpr std::array kRoles = {Role::kPredict, Role::kTrain, Role::kAdmin};

// A word may be shown when it is too short to be a key.
constexpr std::size_t kMaxShownBytes = 12;
// Of a digest, in the name of a key without one.
constexpr std::size_t kNameDigits = 8;

std::string Shown(absl::string_view word) {
  return word.size() <= kMaxShownBytes
             ? Quote(ToStdView(word))
             : absl::StrCat("a word of ", word.size(), " characters");
}

absl::StatusOr<Role> ParseRole(absl::string_view word) {
  for (const Role role : kRoles) {
    if (word == ToAbslView(RoleName(role))) return role;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "the role is ", Shown(word), "; it must be predict, train or admin"));
}

absl::StatusOr<Sha256Digest> ParseDigest(absl::string_view word) {
  Sha256Digest digest;
  const bool is_hex =
      std::ranges::all_of(word, [](char c) { return absl::ascii_isxdigit(c); });
  if (!is_hex || word.size() != 2 * digest.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the second word is the key's SHA-256, 64 hexadecimal digits; here it "
        "has ",
        word.size(), " characters",
        word.size() == 2 * digest.size() ? ", not all of them such digits"
                                         : ""));
  }
  const std::string bytes = absl::HexStringToBytes(word);
  std::ranges::copy(bytes, digest.begin());
  return digest;
}

absl::StatusOr<Key> ParseKey(const std::vector<absl::string_view>& words) {
  if (words.size() < 2 || words.size() > 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("a line is ROLE SHA256 [NAME]; here it has ", words.size(),
                     words.size() == 1 ? " word" : " words"));
  }
  Key key;
  ASSIGN_OR_RETURN(key.role, ParseRole(words[0]));
  ASSIGN_OR_RETURN(key.digest, ParseDigest(words[1]));
  key.name = words.size() == 3
                 ? std::string(words[2])
                 : "key-" + ToHex(key.digest).substr(0, kNameDigits);
  RETURN_IF_ERROR(ValidateName("the name", key.name));
  return key;
}

absl::Status At(std::string_view file, std::size_t line,
                const absl::Status& status) {
  return absl::InvalidArgumentError(
      absl::StrCat(ToAbslView(file), ":", line, ": ", status.message()));
}

}  // namespace

std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kPredict:
      return "predict";
    case Role::kTrain:
      return "train";
    case Role::kAdmin:
      return "admin";
  }
  return "unknown";
}

absl::StatusOr<KeyRing> KeyRing::Parse(std::string_view text,
                                       std::string_view file) {
  KeyRing ring;
  ring.file_ = std::string(file);
  std::map<Sha256Digest, std::size_t> lines;  // where a digest stands
  std::size_t number = 0;
  for (absl::string_view line : absl::StrSplit(ToAbslView(text), '\n')) {
    ++number;
    const std::vector<absl::string_view> words =
        absl::StrSplit(line.substr(0, line.find('#')), absl::ByAnyChar(" \t\r"),
                       absl::SkipEmpty());
    if (words.empty()) continue;
    absl::StatusOr<Key> key = ParseKey(words);
    if (!key.ok()) return At(file, number, key.status());
    const auto [known, is_new] = lines.emplace(key->digest, number);
    if (!is_new) {
      return At(file, number,
                absl::InvalidArgumentError(absl::StrCat(
                    "the key is that of line ", known->second, " again")));
    }
    ring.keys_.push_back(*std::move(key));
  }
  if (ring.keys_.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(ToAbslView(file), " holds no key, so nobody could call"));
  }
  return ring;
}

absl::StatusOr<KeyRing> KeyRing::Read(const std::filesystem::path& file) {
  ASSIGN_OR_RETURN(PrivateFile content, ReadPrivateFile(file));
  ASSIGN_OR_RETURN(KeyRing ring, Parse(content.text, file.string()));
  ring.warnings_ = std::move(content.warnings);
  return ring;
}

const Key* KeyRing::Find(std::string_view key) const {
  const Sha256Digest digest = Sha256Of(key);
  const Key* found = nullptr;
  for (const Key& known : keys_) {
    if (CRYPTO_memcmp(known.digest.data(), digest.data(), digest.size()) == 0) {
      found = &known;
    }
  }
  return found;
}

std::string KeyRing::Describe() const {
  return absl::StrCat(keys_.size(), keys_.size() == 1 ? " key" : " keys",
                      " of ", file_);
}

}  // namespace carousel
