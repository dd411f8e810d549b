#include "core/store/paging.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

constexpr std::int64_t kDefaultSize = 100;
constexpr std::int64_t kMaxSize = 1000;
constexpr char kListEnd = '\n';  // in no list's name and in no key

}  // namespace

absl::Status BadPageToken(std::string_view token) {
  FieldViolations violations;
  violations.Add("page_token",
                 absl::StrCat("page_token is ", Quote(token),
                              "; it must come from the same list with the "
                              "same filter"));
  return violations.ToStatus();
}

absl::StatusOr<PagePosition> ParsePageRequest(std::string_view list,
                                              const PageRequest& request) {
  if (request.page_size < 0) {
    FieldViolations violations;
    violations.Add("page_size", absl::StrCat("page_size is ", request.page_size,
                                             "; it must not be negative"));
    return violations.ToStatus();
  }
  PagePosition position;
  position.size = request.page_size == 0
                      ? kDefaultSize
                      : std::min(request.page_size, kMaxSize);
  if (request.page_token.empty()) return position;
  std::string token;
  if (!absl::WebSafeBase64Unescape(request.page_token, &token)) {
    return BadPageToken(request.page_token);
  }
  const std::size_t end = token.find(kListEnd);
  if (end == std::string::npos || token.compare(0, end, list) != 0) {
    return BadPageToken(request.page_token);
  }
  position.after = token.substr(end + 1);
  return position;
}

std::string MakePageToken(std::string_view list, std::string_view last_key) {
  std::string token(list);
  token += kListEnd;
  token += last_key;
  return absl::WebSafeBase64Escape(token);
}

}  // namespace carousel
