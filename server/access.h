// Who gets to the server and what is theirs to do: keys, certificates, and
// what changes of them while it runs.
#ifndef CAROUSEL_SERVER_ACCESS_H_
#define CAROUSEL_SERVER_ACCESS_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "logging/event_log.h"
#include "server/authorizer.h"
#include "server/listen_address.h"
#include "server/options.h"
#include "server/repeated_task.h"
#include "server/tls_credentials.h"

namespace carousel {

// Outlives the gRPC server. Thread-safe.
class Access {
 public:
  // Reads the files of keys and certificates that `options` name; an error of
  // theirs is INVALID_ARGUMENT. From now on they are read again every few
  // seconds: by their content, so that it does not matter how they are
  // replaced. `clock` is not owned.
  static absl::StatusOr<std::unique_ptr<Access>> Create(
      const ServerOptions& options, const Clock& clock, const EventLog& log);

  const Authorizer& authorizer() const { return *authorizer_; }
  // What the port is opened with: TLS, or clear text.
  std::shared_ptr<grpc::ServerCredentials> credentials() const;

  // Reads the files again, now. What is wrong with them goes to the log and
  // changes nothing.
  void Reload();

  // Tells the log who can call a server that listens on `address`, where that
  // is more than who has a key, and when keys can be overheard.
  void LogExposure(const ListenAddress& address) const;

 private:
  Access(std::unique_ptr<Authorizer> authorizer,
         std::shared_ptr<TlsCredentials> tls, bool clients_show_certificates,
         const EventLog& log);

  const std::unique_ptr<Authorizer> authorizer_;
  const std::shared_ptr<TlsCredentials> tls_;  // null: clear text
  const bool clients_show_certificates_;
  const EventLog& log_;
  std::unique_ptr<RepeatedTask> reloading_;  // null where there is nothing
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_ACCESS_H_
