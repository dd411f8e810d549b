// The parts that every call has in common. Internal to client/.
#ifndef CAROUSEL_CLIENT_CALL_H_
#define CAROUSEL_CLIENT_CALL_H_

#include <grpcpp/client_context.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/call_options.h"
#include "client/client.h"
#include "core/base/status_macros.h"

namespace carousel::client {

// A grpc::ClientContext with the client's key and a deadline, cancelled by a
// stop token. Lives as long as its one call.
class CallContext {
 public:
  CallContext(const Client& client, const CallOptions& options)
      : on_stop_(options.stop, [this] { context_.TryCancel(); }) {
    client.Authenticate(context_);
    if (options.deadline != absl::InfiniteFuture()) {
      context_.set_deadline(absl::ToChronoTime(options.deadline));
    }
  }

  grpc::ClientContext* get() { return &context_; }

 private:
  grpc::ClientContext context_;
  std::stop_callback<std::function<void()>> on_stop_;
};

// One unary call of `method` on a stub of `client`.
template <typename Response, typename Stub, typename Request>
absl::StatusOr<Response> Call(const Client& client, Stub& stub,
                              grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                           const Request&,
                                                           Response*),
                              const Request& request,
                              const CallOptions& options) {
  CallContext context(client, options);
  Response response;
  RETURN_IF_ERROR(
      client.ToStatus((stub.*method)(context.get(), request, &response)));
  return response;
}

// How many items to ask for at once; the most that a server gives.
inline constexpr int kPageSize = 1000;

// Asks for page after page until there are `limit` items, or all when that is
// 0; `fetch(token, page_size)` gives a page, `items(page)` its items.
template <typename Item, typename Fetch, typename Items>
absl::StatusOr<std::vector<Item>> FetchUpTo(std::int64_t limit, Fetch fetch,
                                            Items items) {
  std::vector<Item> all;
  std::string token;
  do {
    const std::int64_t missing =
        limit == 0 ? kPageSize : limit - static_cast<std::int64_t>(all.size());
    ASSIGN_OR_RETURN(auto page,
                     fetch(token, static_cast<int>(std::min<std::int64_t>(
                                      missing, kPageSize))));
    for (auto& item : *items(page)) {
      if (limit != 0 && static_cast<std::int64_t>(all.size()) == limit) break;
      all.push_back(std::move(item));
    }
    token = page.next_page_token();
  } while (!token.empty() &&
           (limit == 0 || static_cast<std::int64_t>(all.size()) < limit));
  return all;
}

// All pages; `fetch(token)` gives a page.
template <typename Item, typename Fetch, typename Items>
absl::StatusOr<std::vector<Item>> FetchAll(Fetch fetch, Items items) {
  return FetchUpTo<Item>(
      0, [&](const std::string& token, int) { return fetch(token); }, items);
}

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CALL_H_
