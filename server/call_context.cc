#include "server/call_context.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "logging/trace_context.h"

namespace carousel {
namespace {

// What is longer is no id, and would fill the log.
constexpr std::size_t kMaxRequestIdBytes = 128;

bool IsRequestId(std::string_view text) {
  return !text.empty() && text.size() <= kMaxRequestIdBytes &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c <= '~'; });
}

// "" when there is none.
std::string_view Find(const CallMetadata& metadata, const char* key) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return {};
  return {found->second.data(), found->second.size()};
}

}  // namespace

void CallIdentity::Establish(CallMetadata& metadata) {
  const std::string_view given = Find(metadata, kRequestIdKey);
  origin_.request_id = IsRequestId(given) ? std::string(given) : MakeId();
  // Of two the specification believes neither.
  origin_.traceparent = ContinueTrace(metadata.count(kTraceparentKey) == 1
                                          ? Find(metadata, kTraceparentKey)
                                          : std::string_view())
                            .ToTraceparent();
  log_context_ = LogContextOf(origin_);
  metadata.erase(kRequestIdKey);
  metadata.emplace(kRequestIdKey, origin_.request_id);
  metadata.erase(kTraceparentKey);
  metadata.emplace(kTraceparentKey, origin_.traceparent);
}

CallOrigin OriginOf(const grpc::CallbackServerContext& context) {
  const CallMetadata& metadata = context.client_metadata();
  return {.request_id = std::string(Find(metadata, kRequestIdKey)),
          .traceparent = std::string(Find(metadata, kTraceparentKey))};
}

std::shared_ptr<const LogContext> LogContextOf(const CallOrigin& origin) {
  return std::make_shared<const LogContext>(
      MakeLogContext(origin.request_id, origin.traceparent));
}

}  // namespace carousel
