// Which words came before, of very many.
#ifndef CAROUSEL_CORE_TEXT_SEEN_WORDS_H_
#define CAROUSEL_CORE_TEXT_SEEN_WORDS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"

namespace carousel {

// A set of words that costs ten bytes a word where the words lie in a text
// that stays: it remembers places, and compares the words there, so it is
// exact. Of words that lie elsewhere it keeps the bytes too. Not thread-safe.
class SeenWords {
 public:
  // `text` outlives it. It is made for `expected` words, and grows for more.
  explicit SeenWords(std::string_view text = {}, std::size_t expected = 0);

  // False when the word came before.
  bool Add(std::string_view word);

 private:
  // A word's place: its offset in `text_` or, behind that, in `copies_`, its
  // size, and a few bits of its hash, which spare most looks at other words.
  struct Place {
    std::uint64_t offset : 40;
    std::uint64_t size : 12;
    std::uint64_t tag : 12;
  };
  static constexpr std::size_t kOffsetLimit = std::size_t{1} << 40;
  static constexpr std::size_t kSizeLimit = 1 << 12;

  // Empty places have no size; the empty word is among `others_`.
  std::string_view WordAt(Place place) const;
  // The first empty place, or that of `word`, on the way that `hash` begins.
  std::size_t Probe(std::string_view word, std::uint64_t hash) const;
  // Where `word` lies, copied when it is not in the text.
  std::size_t OffsetOf(std::string_view word);
  void Grow();

  std::string_view text_;
  std::string copies_;
  std::vector<Place> places_;
  std::size_t count_ = 0;  // of those that are taken
  // What fits no Place.
  absl::flat_hash_set<std::string> others_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_SEEN_WORDS_H_
