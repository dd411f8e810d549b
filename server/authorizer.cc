#include "server/authorizer.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

constexpr char kHeader[] = "authorization";
constexpr std::string_view kScheme = "Bearer ";

absl::Status Unauthenticated(absl::string_view message,
                             std::string_view reason) {
  return WithReason(absl::UnauthenticatedError(message), reason);
}

// The key of a call, or why there is none. A caller that shows several is asked
// to make up its mind: none of them would be the one that a proxy checked.
absl::StatusOr<std::string_view> KeyOf(const Authorizer::Metadata& metadata) {
  const auto [begin, end] = metadata.equal_range(kHeader);
  if (begin == end) {
    return Unauthenticated(
        "this server wants a key, and the call has none (the header "
        "\"authorization: Bearer KEY\")",
        kKeyMissing);
  }
  std::string_view value(begin->second.data(), begin->second.size());
  // RFC 9110: a scheme is the same in upper and in lower case.
  const bool is_bearer =
      absl::StartsWithIgnoreCase(ToAbslView(value), ToAbslView(kScheme));
  if (is_bearer) value.remove_prefix(kScheme.size());
  if (!is_bearer || value.empty() || std::next(begin) != end) {
    return Unauthenticated(
        "this server wants a key in one header \"authorization: Bearer KEY\", "
        "and the call has another",
        kKeyMissing);
  }
  return value;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Authorizer>> Authorizer::Create(
    const std::filesystem::path& key_file, const EventLog& log) {
  if (key_file.empty()) {
    return std::unique_ptr<Authorizer>(new Authorizer(nullptr));
  }
  auto keys = Reloadable<KeyRing>::Create(
      "keys", [key_file] { return KeyRing::Read(key_file); }, log);
  if (!keys.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--key_file: ", keys.status().message()));
  }
  return std::unique_ptr<Authorizer>(new Authorizer(*std::move(keys)));
}

absl::Status Authorizer::Authorize(const Metadata& metadata, Role role) const {
  if (is_open()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string_view shown, KeyOf(metadata));
  const auto keys = keys_->Get();
  const Key* const key = keys->Find(shown);
  if (key == nullptr) {
    return Unauthenticated("this server does not know the key of the call",
                           kKeyUnknown);
  }
  if (key->role >= role) return absl::OkStatus();
  return WithReason(absl::PermissionDeniedError(absl::StrCat(
                        "the key ", key->name, " has the role ",
                        ToAbslView(RoleName(key->role)), "; this call needs ",
                        ToAbslView(RoleName(role)),
                        role == Role::kAdmin ? "" : " or a role above it")),
                    kRoleTooSmall);
}

std::string Authorizer::CallerName(const Metadata& metadata) const {
  if (is_open()) return "";
  const auto shown = KeyOf(metadata);
  if (!shown.ok()) return "";
  const auto keys = keys_->Get();
  const Key* const key = keys->Find(*shown);
  return key == nullptr ? "" : key->name;
}

void Authorizer::Reload() {
  if (!is_open()) keys_->Reload();
}

}  // namespace carousel
