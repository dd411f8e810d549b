#include "core/base/strings.h"

#include <cstddef>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace carousel {

std::string Quote(std::string_view text) {
  constexpr std::size_t kMaxBytes = 80;
  const bool is_long = text.size() > kMaxBytes;
  return absl::StrCat("\"",
                      absl::CHexEscape(ToAbslView(text.substr(0, kMaxBytes))),
                      is_long ? "...\"" : "\"");
}

}  // namespace carousel
