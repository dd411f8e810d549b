// Who may call what. Every method of every adapter asks this first.
#ifndef CAROUSEL_SERVER_AUTHORIZER_H_
#define CAROUSEL_SERVER_AUTHORIZER_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/string_ref.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "logging/event_log.h"
#include "server/key_ring.h"
#include "server/reloadable.h"

namespace carousel {

// The reasons (core/base/error_details.h) for which a call is refused.
inline constexpr std::string_view kKeyMissing = "KEY_MISSING";
inline constexpr std::string_view kKeyUnknown = "KEY_UNKNOWN";
inline constexpr std::string_view kRoleTooSmall = "ROLE_TOO_SMALL";

// A caller shows its key in the header "authorization: Bearer KEY" (RFC 6750).
// grpc.health.v1 and reflection do not ask: a probe has no key, and what
// reflection tells is in the .proto files. A stream that was admitted goes on
// when its key is taken away. Thread-safe.
class Authorizer {
 public:
  using Metadata = std::multimap<grpc::string_ref, grpc::string_ref>;

  // With no file ("") the server is open: everybody may do everything. Else
  // INVALID_ARGUMENT when the file cannot be read or is wrong (KeyRing).
  static absl::StatusOr<std::unique_ptr<Authorizer>> Create(
      const std::filesystem::path& key_file, const EventLog& log);

  // UNAUTHENTICATED without a key, or with one that is not in the file;
  // PERMISSION_DENIED, naming both roles, when the key's role is too small.
  absl::Status Authorize(const grpc::CallbackServerContext& context,
                         Role role) const {
    return Authorize(context.client_metadata(), role);
  }
  absl::Status Authorize(const Metadata& metadata, Role role) const;

  // The name of the caller's key; "" when it has none, or the server is open.
  std::string CallerName(const Metadata& metadata) const;

  // Reads the key file again, see Reloadable.
  void Reload();

  bool is_open() const { return keys_ == nullptr; }

 private:
  explicit Authorizer(std::unique_ptr<Reloadable<KeyRing>> keys)
      : keys_(std::move(keys)) {}

  const std::unique_ptr<Reloadable<KeyRing>> keys_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_AUTHORIZER_H_
