// The certificates by which a server shows who it is, and knows its clients.
#ifndef CAROUSEL_SERVER_TLS_MATERIAL_H_
#define CAROUSEL_SERVER_TLS_MATERIAL_H_

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/certificates.h"

namespace carousel {

// Files in PEM, named as the flags of carouseld.
struct TlsFiles {
  std::filesystem::path tls_cert;  // the server's own, then what signed it
  std::filesystem::path tls_key;
  // Who signs the clients' certificates; "": clients need none.
  std::filesystem::path tls_client_ca;
};

// What the files held when they fitted together. Immutable.
class TlsMaterial {
 public:
  // INVALID_ARGUMENT, naming flag and file, when a file cannot be read, is not
  // what it should be, or the key is not the certificate's. A certificate that
  // is over, or has not begun, at `now` is a warning: clients refuse it.
  static absl::StatusOr<TlsMaterial> Read(const TlsFiles& files,
                                          absl::Time now);

  const std::string& certificate() const { return certificate_; }
  const std::string& key() const { return key_; }
  const std::string& client_ca() const { return client_ca_; }

  // For the log.
  std::string Describe() const;
  const std::vector<std::string>& warnings() const { return warnings_; }
  bool operator==(const TlsMaterial&) const = default;

 private:
  std::string certificate_;
  std::string key_;
  std::string client_ca_;
  CertificateInfo own_;
  std::vector<std::string> warnings_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_TLS_MATERIAL_H_
