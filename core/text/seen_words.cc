#include "core/text/seen_words.h"

#include <functional>
#include <utility>

#include "absl/hash/hash.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

std::uint64_t HashOf(std::string_view word) {
  return absl::Hash<absl::string_view>()(ToAbslView(word));
}

}  // namespace

SeenWords::SeenWords(std::string_view text, std::size_t expected)
    : text_(text), places_(expected + expected / 7 + 16) {}

std::string_view SeenWords::WordAt(Place place) const {
  const std::size_t offset = place.offset;
  return offset < text_.size() ? text_.substr(offset, place.size)
                               : std::string_view(copies_).substr(
                                     offset - text_.size(), place.size);
}

std::size_t SeenWords::Probe(std::string_view word, std::uint64_t hash) const {
  // The share of the hash in all hashes is its share in the table, whose size
  // so may be any.
  std::size_t at = (hash >> 32) * places_.size() >> 32;
  for (; places_[at].size != 0; at = at + 1 == places_.size() ? 0 : at + 1) {
    const Place& place = places_[at];
    if (place.size == word.size() && place.tag == hash % kSizeLimit &&
        WordAt(place) == word) {
      break;
    }
  }
  return at;
}

std::size_t SeenWords::OffsetOf(std::string_view word) {
  const char* const end = text_.data() + text_.size();
  if (std::less_equal<>()(text_.data(), word.data()) &&
      std::less<>()(word.data(), end)) {
    return word.data() - text_.data();
  }
  copies_.append(word);
  return text_.size() + copies_.size() - word.size();
}

bool SeenWords::Add(std::string_view word) {
  if (word.empty() || word.size() >= kSizeLimit ||
      text_.size() + copies_.size() >= kOffsetLimit) {
    return others_.emplace(word).second;
  }
  if (10 * (count_ + 1) > 9 * places_.size()) Grow();
  const std::uint64_t hash = HashOf(word);
  const std::size_t at = Probe(word, hash);
  if (places_[at].size != 0) return false;
  places_[at] = {
      .offset = OffsetOf(word), .size = word.size(), .tag = hash % kSizeLimit};
  ++count_;
  return true;
}

void SeenWords::Grow() {
  const std::vector<Place> old =
      std::exchange(places_, std::vector<Place>(2 * places_.size()));
  for (const Place place : old) {
    if (place.size == 0) continue;
    const std::string_view word = WordAt(place);
    places_[Probe(word, HashOf(word))] = place;
  }
}

}  // namespace carousel
