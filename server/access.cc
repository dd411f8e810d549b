#include "server/access.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

constexpr std::chrono::seconds kReloadPause{5};

}  // namespace

absl::StatusOr<std::unique_ptr<Access>> Access::Create(
    const ServerOptions& options, const Clock& clock, const EventLog& log) {
  ASSIGN_OR_RETURN(auto authorizer, Authorizer::Create(options.key_file, log));
  std::shared_ptr<TlsCredentials> tls;
  if (!options.tls.tls_cert.empty()) {
    ASSIGN_OR_RETURN(tls, TlsCredentials::Create(options.tls, clock, log));
  }
  return std::unique_ptr<Access>(
      new Access(std::move(authorizer), std::move(tls),
                 !options.tls.tls_client_ca.empty(), log));
}

Access::Access(std::unique_ptr<Authorizer> authorizer,
               std::shared_ptr<TlsCredentials> tls,
               bool clients_show_certificates, const EventLog& log)
    : authorizer_(std::move(authorizer)),
      tls_(std::move(tls)),
      clients_show_certificates_(clients_show_certificates),
      log_(log) {
  if (authorizer_->is_open() && tls_ == nullptr) return;
  reloading_ =
      std::make_unique<RepeatedTask>(kReloadPause, [this] { Reload(); });
}

std::shared_ptr<grpc::ServerCredentials> Access::credentials() const {
  if (tls_ == nullptr) return grpc::InsecureServerCredentials();
  return tls_;
}

void Access::Reload() {
  authorizer_->Reload();
  if (tls_ != nullptr) tls_->Reload();
}

void Access::LogExposure(const ListenAddress& address) const {
  if (authorizer_->is_open()) {
    const char* const who = clients_show_certificates_
                                ? "whoever has a certificate of --tls_client_ca"
                            : address.IsLoopback()
                                ? "whoever works on this machine"
                                : "whoever reaches it";
    log_.Warn("open", {{"message", absl::StrCat("there is no --key_file, so ",
                                                who, " may do everything on ",
                                                address.ToString())}});
  } else if (tls_ == nullptr && !address.IsLoopback()) {
    log_.Warn("keys_in_clear_text",
              {{"message", absl::StrCat("keys travel to ", address.ToString(),
                                        " in clear text; --tls_cert and "
                                        "--tls_key encrypt them")}});
  }
}

}  // namespace carousel
