// Distinct words in the order in which they came, and which of them a word is.
#ifndef CAROUSEL_CORE_TEXT_WORD_TABLE_H_
#define CAROUSEL_CORE_TEXT_WORD_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "core/text/ascii_blocks.h"

namespace carousel {

// A hash table with linear probing, made for one thing: that looking up the
// words of a text costs a single cache line each. A slot holds all of a word of
// up to eight bytes, which most are, and a hash of any other; a table of
// strings would cost the line of a control byte, that of the string, and often
// that of its letters. Const use is thread-safe.
class WordTable {
 public:
  static constexpr std::int32_t kNone = -1;

  // The word's index, or kNone.
  std::int32_t Find(std::string_view word) const {
    const std::uint64_t key = KeyOf(word);
    return Find(word, key, SlotHash(key, word.size()));
  }
  // The same of many words, each with kBlockPadding readable bytes behind it:
  // while one is looked up, the others come into the cache. `indices` has as
  // many entries.
  void FindAll(std::span<const std::string_view> words,
               std::span<std::int32_t> indices) const;

  // False, and nothing changes, when the word is there.
  bool Add(std::string_view word);

  const std::string& word(std::size_t index) const { return words_[index]; }
  std::size_t size() const { return words_.size(); }

 private:
  static_assert(kBlockPadding >= sizeof(std::uint64_t));
  static constexpr std::size_t kShort = sizeof(std::uint64_t);

  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t size = 0;  // of the word
    std::int32_t index = kNone;
  };

  // A short word's bytes, or a hash: with the word's size it tells short words
  // apart, and nearly all others.
  static std::uint64_t KeyOf(std::string_view word) {
    if (word.size() > kShort) return HashOf(word);
    std::uint64_t bytes = 0;
    if (!word.empty()) std::memcpy(&bytes, word.data(), word.size());
    return bytes;
  }
  static std::uint64_t KeyOfPadded(std::string_view word) {
    if (word.size() > kShort) return HashOf(word);
    if (word.empty()) return 0;
    std::uint64_t bytes;
    std::memcpy(&bytes, word.data(), kShort);
    return bytes & ~std::uint64_t{0} >> 8 * (kShort - word.size());
  }
  static std::uint64_t HashOf(std::string_view word);
  // Seeded anew in each process, so that no file can be made to be slow.
  static std::uint64_t SlotHash(std::uint64_t key, std::size_t size) {
    return absl::Hash<std::pair<std::uint64_t, std::size_t>>()({key, size});
  }

  std::int32_t Find(std::string_view word, std::uint64_t key,
                    std::size_t hash) const;
  // The first word of that key and size, which is the one when it is short.
  std::int32_t FindKey(std::uint64_t key, std::size_t size,
                       std::size_t hash) const;
  void Insert(const Slot& slot);
  void Grow();

  std::vector<std::string> words_;
  std::vector<Slot> slots_;  // none, or a power of two
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_WORD_TABLE_H_
