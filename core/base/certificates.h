// X.509 certificates and their private keys in PEM (RFC 5280, RFC 7468), by
// OpenSSL. They are looked at before they are handed on: of bad ones gRPC says
// no more than that no connection came about.
//
// Errors are INVALID_ARGUMENT. They quote nothing of what was read, since that
// may be a key.
#ifndef CAROUSEL_CORE_BASE_CERTIFICATES_H_
#define CAROUSEL_CORE_BASE_CERTIFICATES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace carousel {

struct CertificateInfo {
  std::string subject;  // as RFC 2253 writes it: "CN=carousel,O=Example"
  absl::Time not_before;
  absl::Time not_after;
  bool operator==(const CertificateInfo&) const = default;
};

// The certificates of `pem` in their order, at least one. Text between them is
// passed over.
absl::StatusOr<std::vector<CertificateInfo>> ParseCertificates(
    std::string_view pem);

// OK when `key_pem` is a private key without a passphrase, and that of the
// first certificate of `certificate_pem`.
absl::Status CheckKeyPair(std::string_view certificate_pem,
                          std::string_view key_pem);

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_CERTIFICATES_H_
