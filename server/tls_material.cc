#include "server/tls_material.h"

#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "server/private_file.h"

namespace carousel {
namespace {

absl::Status Wrong(std::string_view flag, absl::string_view message) {
  return absl::InvalidArgumentError(
      absl::StrCat(ToAbslView(flag), ": ", message));
}

absl::Status WrongFile(std::string_view flag, const std::filesystem::path& file,
                       const absl::Status& status) {
  return Wrong(flag, absl::StrCat(file.string(), ": ", status.message()));
}

// A file of certificates that are whole; `first` is told of the first.
absl::StatusOr<std::string> ReadCertificateFile(
    std::string_view flag, const std::filesystem::path& file,
    CertificateInfo& first) {
  absl::StatusOr<std::string> pem = ReadFile(file);
  if (!pem.ok()) return Wrong(flag, pem.status().message());
  const auto certificates = ParseCertificates(*pem);
  if (!certificates.ok()) return WrongFile(flag, file, certificates.status());
  first = certificates->front();
  return *std::move(pem);
}

}  // namespace

absl::StatusOr<TlsMaterial> TlsMaterial::Read(const TlsFiles& files,
                                              absl::Time now) {
  TlsMaterial material;
  ASSIGN_OR_RETURN(
      material.certificate_,
      ReadCertificateFile("--tls_cert", files.tls_cert, material.own_));
  absl::StatusOr<PrivateFile> key = ReadPrivateFile(files.tls_key);
  if (!key.ok()) return Wrong("--tls_key", key.status().message());
  if (const auto status = CheckKeyPair(material.certificate_, key->text);
      !status.ok()) {
    return WrongFile("--tls_key", files.tls_key, status);
  }
  material.key_ = std::move(key->text);
  material.warnings_ = std::move(key->warnings);
  if (!files.tls_client_ca.empty()) {
    CertificateInfo ignored;
    ASSIGN_OR_RETURN(
        material.client_ca_,
        ReadCertificateFile("--tls_client_ca", files.tls_client_ca, ignored));
  }
  if (now >= material.own_.not_after || now < material.own_.not_before) {
    material.warnings_.push_back(absl::StrCat(
        "clients will refuse the certificate ", material.own_.subject,
        ", which is valid from ", FormatRfc3339(material.own_.not_before),
        " to ", FormatRfc3339(material.own_.not_after)));
  }
  return material;
}

std::string TlsMaterial::Describe() const {
  return absl::StrCat(
      own_.subject, ", valid until ", FormatRfc3339(own_.not_after),
      client_ca_.empty() ? "" : "; clients must show a certificate");
}

}  // namespace carousel
