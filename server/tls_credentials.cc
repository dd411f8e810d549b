#include "server/tls_credentials.h"

#include <grpc/grpc.h>

#include <utility>

#include "core/base/status_macros.h"

namespace carousel {

absl::StatusOr<std::shared_ptr<TlsCredentials>> TlsCredentials::Create(
    const TlsFiles& files, const Clock& clock, const EventLog& log) {
  ASSIGN_OR_RETURN(
      auto material,
      Reloadable<TlsMaterial>::Create(
          "certificates",
          [files, &clock] { return TlsMaterial::Read(files, clock.Now()); },
          log));
  return std::shared_ptr<TlsCredentials>(
      new TlsCredentials(std::move(material), !files.tls_client_ca.empty()));
}

TlsCredentials::TlsCredentials(
    std::unique_ptr<Reloadable<TlsMaterial>> material,
    bool clients_show_certificates)
    : material_(std::move(material)),
      credentials_(grpc_ssl_server_credentials_create_with_options(
          grpc_ssl_server_credentials_create_options_using_config_fetcher(
              clients_show_certificates
                  ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                  : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE,
              &TlsCredentials::Fetch, this))) {}

TlsCredentials::~TlsCredentials() {
  grpc_server_credentials_release(credentials_);
}

grpc_ssl_certificate_config_reload_status TlsCredentials::Fetch(
    void* self, grpc_ssl_server_certificate_config** config) {
  auto& credentials = *static_cast<TlsCredentials*>(self);
  std::shared_ptr<const TlsMaterial> material = credentials.material_->Get();
  MutexLock lock(credentials.mutex_);
  if (material == credentials.fetched_) {
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  }
  const grpc_ssl_pem_key_cert_pair pair = {
      .private_key = material->key().c_str(),
      .cert_chain = material->certificate().c_str()};
  // gRPC 1.51 asserts that there are certificates to check clients by, also
  // where it asks no client for one; so it gets some that it does not look at.
  const std::string& client_ca = material->client_ca().empty()
                                     ? material->certificate()
                                     : material->client_ca();
  *config = grpc_ssl_server_certificate_config_create(client_ca.c_str(), &pair,
                                                      /*num_key_cert_pairs=*/1);
  credentials.fetched_ = std::move(material);
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

int TlsCredentials::AddPortToServer(const std::string& address,
                                    grpc_server* server) {
  return grpc_server_add_http2_port(server, address.c_str(), credentials_);
}

// Keys are the Authorizer's, with TLS and without.
void TlsCredentials::SetAuthMetadataProcessor(
    const std::shared_ptr<grpc::AuthMetadataProcessor>& processor) {}

}  // namespace carousel
