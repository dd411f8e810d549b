#include "core/text/contractions.h"

#include <cstddef>

#include "absl/strings/ascii.h"

namespace carousel {

bool IsContractedWord(std::string_view word) {
  const char first = word.empty() ? '\0' : absl::ascii_tolower(word[0]);
  if (word.size() == 1) return first == 's' || first == 'm' || first == 'd';
  if (word.size() != 2) return false;
  const char second = absl::ascii_tolower(word[1]);
  return (second == 'e' && (first == 'r' || first == 'v')) ||
         (second == 'l' && first == 'l');
}

bool WouldBeSplit(std::string_view stem) {
  const std::size_t apostrophe = stem.rfind('\'');
  if (apostrophe == std::string_view::npos) return false;
  const std::string_view part = stem.substr(apostrophe + 1);
  if (part != "t" && part != "T") return part.empty() || IsContractedWord(part);
  return apostrophe > 0 && absl::ascii_tolower(stem[apostrophe - 1]) == 'n';
}

}  // namespace carousel
