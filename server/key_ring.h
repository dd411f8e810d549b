// The keys by which callers are known, and what each may do.
#ifndef CAROUSEL_SERVER_KEY_RING_H_
#define CAROUSEL_SERVER_KEY_RING_H_

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/sha256.h"

namespace carousel {

// What a caller may do, and what a method needs its caller to be. Each role
// may do all that those before it may.
enum class Role {
  kPredict,  // asks models and looks at what there is
  kTrain,    // brings in data and runs jobs
  kAdmin,    // decides what serves: labels, memory, deletions
};

// "predict", "train" or "admin".
std::string_view RoleName(Role role);

struct Key {
  std::string name;  // for the log and for messages; no secret
  Role role = Role::kPredict;
  Sha256Digest digest = {};
  bool operator==(const Key&) const = default;
};

// A file of keys, one a line:
//
//   ROLE SHA256 [NAME]   # and a comment
//
// SHA256 is the key's digest in 64 hexadecimal digits, so that whoever gets to
// see the file, or a copy of it, has no key. There is no salt and no slow hash:
// a key is drawn at random (32 bytes), which cannot be guessed as a password
// can. NAME is as in core/base/names.h; without it a key is called after the
// first digits of its digest. Immutable, hence thread-safe.
class KeyRing {
 public:
  // INVALID_ARGUMENT, beginning with "FILE:LINE: ", for the first line that is
  // wrong: an unknown role, no digest, the digest of a line before; or for a
  // file without a key. Messages do not repeat what may be a key.
  static absl::StatusOr<KeyRing> Parse(std::string_view text,
                                       std::string_view file);
  // Also the errors of ReadFile (core/base/files.h).
  static absl::StatusOr<KeyRing> Read(const std::filesystem::path& file);

  // Null for a key that is not there. Takes as long for any key of one length,
  // and does not end at the first that fits.
  const Key* Find(std::string_view key) const;

  std::size_t size() const { return keys_.size(); }
  // For the log.
  std::string Describe() const;
  const std::vector<std::string>& warnings() const { return warnings_; }
  bool operator==(const KeyRing&) const = default;

 private:
  std::string file_;
  std::vector<Key> keys_;
  std::vector<std::string> warnings_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_KEY_RING_H_
