#include "core/text/word_table.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/strings.h"

namespace carousel {

std::uint64_t WordTable::HashOf(std::string_view word) {
  return absl::Hash<absl::string_view>()(ToAbslView(word));
}

std::int32_t WordTable::Find(std::string_view word, std::uint64_t key,
                             std::size_t hash) const {
  if (slots_.empty()) return kNone;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash;; ++at) {
    const Slot& slot = slots_[at & mask];
    if (slot.key == key && slot.size == word.size() &&
        (slot.size <= kShort || words_[slot.index] == word)) {
      return slot.index;
    }
    if (slot.index == kNone) return kNone;
  }
}

inline std::int32_t WordTable::FindKey(std::uint64_t key, std::size_t size,
                                       std::size_t hash) const {
  const Slot* const slots = slots_.data();
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash;; ++at) {
    const Slot& slot = slots[at & mask];
    if (slot.index == kNone || (slot.key == key && slot.size == size)) {
      return slot.index;
    }
  }
}

void WordTable::FindAll(std::span<const std::string_view> words,
                        std::span<std::int32_t> indices) const {
  if (slots_.empty()) {
    std::ranges::fill(indices, kNone);
    return;
  }
  constexpr std::size_t kBatch = 32;
  std::array<std::uint64_t, kBatch> keys;
  std::array<std::size_t, kBatch> hashes;
  std::array<std::size_t, kBatch> longs;
  for (std::size_t begin = 0; begin < words.size(); begin += kBatch) {
    const auto batch =
        words.subspan(begin, std::min(kBatch, words.size() - begin));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      keys[i] = KeyOfPadded(batch[i]);
      hashes[i] = SlotHash(keys[i], batch[i].size());
      __builtin_prefetch(slots_.data() + (hashes[i] & (slots_.size() - 1)));
    }
    std::size_t long_words = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const std::int32_t index = FindKey(keys[i], batch[i].size(), hashes[i]);
      indices[begin + i] = index;
      if (batch[i].size() <= kShort || index == kNone) continue;
      __builtin_prefetch(&words_[index]);
      longs[long_words++] = i;
    }
    for (const std::size_t i : std::span(longs).first(long_words)) {
      // Nearly never do two words have one hash.
      if (words_[indices[begin + i]] == batch[i]) continue;
      indices[begin + i] = Find(batch[i], keys[i], hashes[i]);
    }
  }
}

bool WordTable::Add(std::string_view word) {
  const std::uint64_t key = KeyOf(word);
  if (Find(word, key, SlotHash(key, word.size())) != kNone) return false;
  // At most three quarters full: a fuller table takes longer to find out that a
  // word is not there.
  if (4 * (words_.size() + 1) > 3 * slots_.size()) Grow();
  Insert({.key = key,
          .size = static_cast<std::uint32_t>(word.size()),
          .index = static_cast<std::int32_t>(words_.size())});
  words_.emplace_back(word);
  return true;
}

void WordTable::Insert(const Slot& slot) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = SlotHash(slot.key, slot.size) & mask;
  while (slots_[at].index != kNone) at = (at + 1) & mask;
  slots_[at] = slot;
}

void WordTable::Grow() {
  constexpr std::size_t kFewest = 16;
  const std::vector<Slot> old = std::exchange(
      slots_, std::vector<Slot>(slots_.empty() ? kFewest : 2 * slots_.size()));
  for (const Slot& slot : old) {
    if (slot.index != kNone) Insert(slot);
  }
}

}  // namespace carousel
