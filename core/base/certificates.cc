#include "core/base/certificates.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// OpenSSL's list of errors belongs to the thread, which gRPC and others use
// too: nothing is left there.
class ErrorQueue {
 public:
  ErrorQueue() { ERR_clear_error(); }
  ~ErrorQueue() { ERR_clear_error(); }
  ErrorQueue(const ErrorQueue&) = delete;
  ErrorQueue& operator=(const ErrorQueue&) = delete;

  // Why the last call failed.
  static std::string Reason() {
    const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason == nullptr ? "unknown error" : reason;
  }
  static bool IsEndOfPem() {
    return ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_PEM &&
           ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  }
};

Bio Open(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
             &BIO_free);
}

// Without one of ours, OpenSSL asks whoever sits at the terminal.
int RefusePassphrase(char* /*buffer*/, int /*size*/, int /*writing*/,
                     void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

Certificate ReadCertificate(BIO& pem) {
  bool was_asked = false;
  return Certificate(
      PEM_read_bio_X509(&pem, nullptr, &RefusePassphrase, &was_asked),
      &X509_free);
}

absl::StatusOr<absl::Time> ToTime(const ASN1_TIME& time) {
  std::tm calendar = {};
  if (ASN1_TIME_to_tm(&time, &calendar) != 1) {
    return absl::InvalidArgumentError("a certificate has a time that is none");
  }
  return absl::FromTM(calendar, absl::UTCTimeZone());
}

std::string SubjectOf(const X509& certificate) {
  const Bio text(BIO_new(BIO_s_mem()), &BIO_free);
  X509_NAME_print_ex(text.get(), X509_get_subject_name(&certificate), 0,
                     XN_FLAG_RFC2253);
  const char* data = nullptr;
  const auto size = BIO_get_mem_data(text.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

absl::StatusOr<CertificateInfo> Describe(const X509& certificate) {
  CertificateInfo info;
  info.subject = SubjectOf(certificate);
  ASSIGN_OR_RETURN(info.not_before, ToTime(*X509_get0_notBefore(&certificate)));
  ASSIGN_OR_RETURN(info.not_after, ToTime(*X509_get0_notAfter(&certificate)));
  return info;
}

}  // namespace

absl::StatusOr<std::vector<CertificateInfo>> ParseCertificates(
    std::string_view pem) {
  const ErrorQueue errors;
  const Bio text = Open(pem);
  std::vector<CertificateInfo> certificates;
  while (const Certificate certificate = ReadCertificate(*text)) {
    ASSIGN_OR_RETURN(CertificateInfo info, Describe(*certificate));
    certificates.push_back(std::move(info));
  }
  if (!ErrorQueue::IsEndOfPem()) {
    return absl::InvalidArgumentError(
        absl::StrCat("certificate ", certificates.size() + 1,
                     " is damaged: ", ErrorQueue::Reason()));
  }
  if (certificates.empty()) {
    return absl::InvalidArgumentError("there is no certificate in PEM");
  }
  return certificates;
}

absl::Status CheckKeyPair(std::string_view certificate_pem,
                          std::string_view key_pem) {
  const ErrorQueue errors;
  const Bio key_text = Open(key_pem);
  bool was_asked = false;
  const PrivateKey key(PEM_read_bio_PrivateKey(key_text.get(), nullptr,
                                               &RefusePassphrase, &was_asked),
                       &EVP_PKEY_free);
  if (was_asked) {
    return absl::InvalidArgumentError(
        "the private key has a passphrase, which nobody is there to type; "
        "store it without one");
  }
  if (key == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("there is no private key in PEM: ", ErrorQueue::Reason()));
  }
  const Bio certificate_text = Open(certificate_pem);
  const Certificate certificate = ReadCertificate(*certificate_text);
  if (certificate == nullptr) {
    return absl::InvalidArgumentError("there is no certificate in PEM");
  }
  if (X509_check_private_key(certificate.get(), key.get()) == 1) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the private key is not that of the certificate ",
                   SubjectOf(*certificate)));
}

}  // namespace carousel
