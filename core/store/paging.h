// Pages of a list, AIP-158. A token is opaque to callers; it says after which
// row to go on, and which list it belongs to, so that a token of another list
// or filter is refused instead of giving wrong rows.
#ifndef CAROUSEL_CORE_STORE_PAGING_H_
#define CAROUSEL_CORE_STORE_PAGING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/records.h"

namespace carousel {

// Where a page begins and how long it is.
struct PagePosition {
  std::int64_t size = 0;
  std::optional<std::string> after;  // the key of the row before; none: start
};

// `list` names the list with its filter, for example "jobs RUNNING".
// INVALID_ARGUMENT with a violation of page_size or page_token.
absl::StatusOr<PagePosition> ParsePageRequest(std::string_view list,
                                              const PageRequest& request);

// The refusal of a token whose key is none of this list's.
absl::Status BadPageToken(std::string_view token);

std::string MakePageToken(std::string_view list, std::string_view last_key);

// Makes a page out of `rows`, of which one more than `position.size` was asked
// for: its presence says that another page follows.
template <typename Record, typename KeyOf>
Page<Record> MakePage(std::string_view list, const PagePosition& position,
                      std::vector<Record> rows, KeyOf key_of) {
  Page<Record> page;
  page.records = std::move(rows);
  const auto size = static_cast<std::size_t>(position.size);
  if (page.records.size() > size) {
    page.records.resize(size);
    page.next_page_token = MakePageToken(list, key_of(page.records.back()));
  }
  return page;
}

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_PAGING_H_
