#include "client/cli/connection.h"

#include <arpa/inet.h>

#include <algorithm>
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

absl::StatusOr<TlsOptions> ResolveTls(const ConnectionFlags& flags) {
  TlsOptions tls;
  if (!flags.tls_ca.empty()) {
    ASSIGN_OR_RETURN(tls.root_certificates,
                     ReadCertificateFile("--tls_ca", flags.tls_ca));
  }
  if (flags.tls_cert.empty()) return tls;
  ASSIGN_OR_RETURN(tls.certificate,
                   ReadCertificateFile("--tls_cert", flags.tls_cert));
  ASSIGN_OR_RETURN(tls.private_key, ReadNamedFile("--tls_key", flags.tls_key));
  RETURN_IF_ERROR(InFile("--tls_key", flags.tls_key,
                         CheckKeyPair(tls.certificate, tls.private_key)));
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
  if (flags.tls || !flags.tls_ca.empty() || !flags.tls_cert.empty()) {
    ASSIGN_OR_RETURN(options.tls, ResolveTls(flags));
  }
  return options;
}

bool SendsKeyInClearText(const ClientOptions& options) {
  if (options.key.empty() || options.tls.has_value()) return false;
  return !IsLoopback(options.address.substr(0, options.address.rfind(':')));
}

}  // namespace carousel::client
