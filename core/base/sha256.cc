#include "core/base/sha256.h"

#include <fcntl.h>
#include <openssl/evp.h>

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "core/base/file_descriptor.h"
#include "core/base/status_macros.h"

namespace carousel {

struct Sha256::Context {
  Context() { EVP_DigestInit_ex(digest, EVP_sha256(), nullptr); }
  ~Context() { EVP_MD_CTX_free(digest); }
  EVP_MD_CTX* const digest = EVP_MD_CTX_new();
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;

void Sha256::Update(std::string_view bytes) {
  EVP_DigestUpdate(context_->digest, bytes.data(), bytes.size());
}

Sha256Digest Sha256::Finish() {
  Sha256Digest digest;
  EVP_DigestFinal_ex(context_->digest, digest.data(), nullptr);
  return digest;
}

Sha256Digest Sha256Of(std::string_view bytes) {
  Sha256 hash;
  hash.Update(bytes);
  return hash.Finish();
}

std::string ToHex(const Sha256Digest& digest) {
  return absl::BytesToHexString(absl::string_view(
      reinterpret_cast<const char*>(digest.data()), digest.size()));
}

absl::StatusOr<std::string> Sha256OfFile(const std::filesystem::path& path,
                                         const std::stop_token& stop) {
  ASSIGN_OR_RETURN(FileDescriptor file, FileDescriptor::Open(path, O_RDONLY));
  Sha256 hash;
  std::vector<char> buffer(1 << 20);
  while (true) {
    if (stop.stop_requested()) {
      return absl::CancelledError("the look at the checksum was stopped");
    }
    ASSIGN_OR_RETURN(const std::size_t count,
                     file.Read(buffer.data(), buffer.size()));
    if (count == 0) return ToHex(hash.Finish());
    hash.Update(std::string_view(buffer.data(), count));
  }
}

}  // namespace carousel
