// SHA-256 (FIPS 180-4), by OpenSSL.
#ifndef CAROUSEL_CORE_BASE_SHA256_H_
#define CAROUSEL_CORE_BASE_SHA256_H_

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace carousel {

using Sha256Digest = std::array<std::uint8_t, 32>;

// Hashes what is added, piece by piece. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Update(std::string_view bytes);
  // The digest of all that was added; nothing may be added after it.
  Sha256Digest Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Sha256Digest Sha256Of(std::string_view bytes);
// Lower-case hexadecimal, 64 characters.
std::string ToHex(const Sha256Digest& digest);
// The hexadecimal digest of a file; NOT_FOUND when there is none, CANCELLED
// once `stop` is requested.
absl::StatusOr<std::string> Sha256OfFile(const std::filesystem::path& path,
                                         const std::stop_token& stop = {});

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_SHA256_H_
