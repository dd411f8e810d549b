#include "client/cli/connection.h"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/certificates.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel::client {
namespace {

constexpr char kKeyVariable[] = "CAROUSEL_KEY";
constexpr char kTlsVariable[] = "CAROUSEL_TLS";
constexpr char kTlsCaVariable[] = "CAROUSEL_TLS_CA";
constexpr char kTlsCertVariable[] = "CAROUSEL_TLS_CERT";
constexpr char kTlsKeyVariable[] = "CAROUSEL_TLS_KEY";

absl::Status Wrong(std::string_view option, absl::string_view message) {
  return absl::InvalidArgumentError(
      absl::StrCat(ToAbslView(option), ": ", message));
}

absl::StatusOr<std::string> ReadNamedFile(std::string_view option,
                                          const std::string& file) {
  absl::StatusOr<std::string> text = ReadFile(file);
  if (!text.ok()) return Wrong(option, text.status().message());
  return text;
}

// `source` is where it comes from. A key is nobody's to see, so it is not in
// the messages.
absl::StatusOr<std::string> CheckKey(std::string_view source,
                                     std::string_view text) {
  std::string key(absl::StripAsciiWhitespace(ToAbslView(text)));
  if (key.empty()) return Wrong(source, "there is no key");
  const auto odd =
      std::ranges::find_if(key, [](char c) { return !absl::ascii_isgraph(c); });
  if (odd == key.end()) return key;
  return Wrong(source,
               absl::StrCat("character ", odd - key.begin() + 1,
                            " of the key is none that a key can have: it is "
                            "one line of visible ASCII characters"));
}

absl::StatusOr<std::string> ResolveKey(const ConnectionFlags& flags,
                                       const Environment& environment) {
  if (!flags.key_file.empty()) {
    ASSIGN_OR_RETURN(const std::string text,
                     ReadNamedFile("--key_file", flags.key_file));
    return CheckKey(absl::StrCat("--key_file: ", flags.key_file), text);
  }
  const std::string key = environment.variable(kKeyVariable);
  if (key.empty()) return key;
  return CheckKey(kKeyVariable, key);
}

absl::Status InFile(std::string_view option, const std::string& file,
                    const absl::Status& status) {
  if (status.ok()) return status;
  return Wrong(option, absl::StrCat(file, ": ", status.message()));
}

absl::StatusOr<std::string> ReadCertificateFile(std::string_view option,
                                                const std::string& file) {
  ASSIGN_OR_RETURN(std::string pem, ReadNamedFile(option, file));
  RETURN_IF_ERROR(InFile(option, file, ParseCertificates(pem).status()));
  return pem;
}

// A file, and the option or the variable that names it.
struct NamedFile {
  std::string_view source;
  std::string path;
};

NamedFile FromEnvironment(std::string_view variable,
                          const Environment& environment) {
  return {variable, environment.variable(std::string(variable))};
}

absl::StatusOr<bool> AsksForTls(const ConnectionFlags& flags,
                                const Environment& environment) {
  const std::string value = environment.variable(kTlsVariable);
  if (value == "1") return true;
  if (value.empty() || value == "0") return flags.tls;
  return Wrong(kTlsVariable,
               absl::StrCat("it is ", Quote(value), "; it must be 1 or 0"));
}

// The two belong together, so the variables count only where neither is given
// as an option.
absl::Status ReadIdentity(const ConnectionFlags& flags,
                          const Environment& environment, TlsOptions& tls) {
  NamedFile certificate = {"--tls_cert", flags.tls_cert};
  NamedFile key = {"--tls_key", flags.tls_key};
  if (certificate.path.empty()) {
    certificate = FromEnvironment(kTlsCertVariable, environment);
    key = FromEnvironment(kTlsKeyVariable, environment);
  }
  if (certificate.path.empty() && key.path.empty()) return absl::OkStatus();
  const NamedFile& there = key.path.empty() ? certificate : key;
  const NamedFile& other = key.path.empty() ? key : certificate;
  if (other.path.empty()) {
    return Wrong(there.source,
                 absl::StrCat("it needs ", ToAbslView(other.source)));
  }
  ASSIGN_OR_RETURN(tls.certificate,
                   ReadCertificateFile(certificate.source, certificate.path));
  ASSIGN_OR_RETURN(tls.private_key, ReadNamedFile(key.source, key.path));
  return InFile(key.source, key.path,
                CheckKeyPair(tls.certificate, tls.private_key));
}

// Nothing: in clear text.
absl::StatusOr<std::optional<TlsOptions>> ResolveTls(
    const ConnectionFlags& flags, const Environment& environment) {
  ASSIGN_OR_RETURN(const bool asked, AsksForTls(flags, environment));
  TlsOptions tls;
  const NamedFile authorities =
      flags.tls_ca.empty() ? FromEnvironment(kTlsCaVariable, environment)
                           : NamedFile{"--tls_ca", flags.tls_ca};
  if (!authorities.path.empty()) {
    ASSIGN_OR_RETURN(tls.root_certificates,
                     ReadCertificateFile(authorities.source, authorities.path));
  }
  RETURN_IF_ERROR(ReadIdentity(flags, environment, tls));
  if (!asked && tls.root_certificates.empty() && tls.certificate.empty()) {
    return std::nullopt;
  }
  return tls;
}

bool IsLoopback(const std::string& host) {
  if (host == "localhost" || host == "[::1]") return true;
  in_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1 &&
         ntohl(address.s_addr) >> 24 == 127;
}

}  // namespace

absl::StatusOr<ClientOptions> ResolveConnection(
    const ConnectionFlags& flags, const Environment& environment) {
  ClientOptions options;
  options.address = flags.server;
  ASSIGN_OR_RETURN(options.key, ResolveKey(flags, environment));
  ASSIGN_OR_RETURN(options.tls, ResolveTls(flags, environment));
  return options;
}

bool SendsKeyInClearText(const ClientOptions& options) {
  if (options.key.empty() || options.tls.has_value()) return false;
  return !IsLoopback(options.address.substr(0, options.address.rfind(':')));
}

}  // namespace carousel::client
