#include "tests/support/test_authority.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <cstdlib>

namespace carousel {
namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

constexpr int kVersion3 = 2;

void Check(bool succeeded) {
  if (!succeeded) std::abort();
}

// Quick to make, unlike one of RSA.
PrivateKey MakeKey() {
  PrivateKey key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  Check(key != nullptr);
  return key;
}

void AddExtension(X509& certificate, X509& issuer, int kind,
                  const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension =
      X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  Check(extension != nullptr);
  Check(X509_add_ext(&certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// Everything but the extensions and the signature.
Certificate MakeCertificate(const std::string& name, EVP_PKEY& key,
                            absl::Time not_after) {
  Certificate certificate(X509_new(), &X509_free);
  Check(certificate != nullptr);
  std::uint32_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial));
  X509_set_version(certificate.get(), kVersion3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial);
  // A day ago, so that one that is over was valid once.
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()),
                absl::ToTimeT(absl::Now() - absl::Hours(24)));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()),
                absl::ToTimeT(not_after));
  X509_set_pubkey(certificate.get(), &key);
  Check(X509_NAME_add_entry_by_txt(
            X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
            reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
            0) == 1);
  return certificate;
}

void Sign(X509& certificate, X509& issuer, EVP_PKEY& key) {
  X509_set_issuer_name(&certificate, X509_get_subject_name(&issuer));
  Check(X509_sign(&certificate, &key, EVP_sha256()) > 0);
}

template <typename Write>
std::string ToPem(Write write) {
  BIO* const text = BIO_new(BIO_s_mem());
  Check(write(text) == 1);
  const char* data = nullptr;
  const auto size = BIO_get_mem_data(text, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(text);
  return pem;
}

std::string ToPem(X509& certificate) {
  return ToPem(
      [&](BIO* text) { return PEM_write_bio_X509(text, &certificate); });
}

std::string ToPem(EVP_PKEY& key) {
  return ToPem([&](BIO* text) {
    return PEM_write_bio_PrivateKey(text, &key, nullptr, nullptr, 0, nullptr,
                                    nullptr);
  });
}

}  // namespace

struct TestAuthority::Material {
  PrivateKey key;
  Certificate certificate;
};

TestAuthority::TestAuthority(const std::string& name)
    : material_(new Material{MakeKey(), Certificate(nullptr, &X509_free)}) {
  material_->certificate =
      MakeCertificate(name, *material_->key, absl::Now() + absl::Hours(1));
  X509& own = *material_->certificate;
  AddExtension(own, own, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(own, own, NID_key_usage, "critical,keyCertSign");
  Sign(own, own, *material_->key);
  certificate_ = ToPem(own);
}

TestAuthority::~TestAuthority() = default;

TestIdentity TestAuthority::Issue(const std::string& name,
                                  absl::Time not_after) const {
  const PrivateKey key = MakeKey();
  const Certificate certificate = MakeCertificate(name, *key, not_after);
  AddExtension(*certificate, *material_->certificate, NID_subject_alt_name,
               "IP:127.0.0.1,DNS:localhost");
  Sign(*certificate, *material_->certificate, *material_->key);
  return {.certificate = ToPem(*certificate), .key = ToPem(*key)};
}

}  // namespace carousel
