// TLS for gRPC whose certificates change while the server runs.
#ifndef CAROUSEL_SERVER_TLS_CREDENTIALS_H_
#define CAROUSEL_SERVER_TLS_CREDENTIALS_H_

#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "logging/event_log.h"
#include "server/reloadable.h"
#include "server/tls_material.h"

namespace carousel {

// TLS 1.2 and 1.3; with --tls_client_ca a client without a certificate of that
// authority gets no connection (mutual TLS). Connections keep the certificates
// that they began with; each new one takes the newest.
//
// Through gRPC's C interface, which asks for the certificates at every
// handshake. Its C++ interface has a watcher of files instead, which takes
// whatever it finds there: a certificate whose key has not been written yet
// would turn every client away.
//
// For one port of one server, and outlives that. Thread-safe.
class TlsCredentials final : public grpc::ServerCredentials {
 public:
  // Reads the files; errors are those of TlsMaterial. `clock` is not owned.
  static absl::StatusOr<std::shared_ptr<TlsCredentials>> Create(
      const TlsFiles& files, const Clock& clock, const EventLog& log);
  ~TlsCredentials() override;

  // Reads the files again, see Reloadable.
  void Reload() { material_->Reload(); }

 private:
  TlsCredentials(std::unique_ptr<Reloadable<TlsMaterial>> material,
                 bool clients_show_certificates);

  // gRPC's question at each handshake; `self` is this object.
  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config);

  int AddPortToServer(const std::string& address, grpc_server* server) override;
  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& processor) override;

  const std::unique_ptr<Reloadable<TlsMaterial>> material_;
  grpc_server_credentials* const credentials_;
  Mutex mutex_;
  // What gRPC has.
  std::shared_ptr<const TlsMaterial> fetched_ GUARDED_BY(mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_TLS_CREDENTIALS_H_
