// The words a model knows, and their indices.
#ifndef CAROUSEL_CORE_TEXT_VOCABULARY_H_
#define CAROUSEL_CORE_TEXT_VOCABULARY_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "core/text/word_table.h"

namespace carousel {

using TokenId = std::int32_t;

// Row 0 of the embedding: fills up a batch, never a part of a text.
inline constexpr TokenId kPaddingId = 0;
// Row 1 of the embedding: every word that the vocabulary does not hold.
inline constexpr TokenId kUnknownId = 1;

// How often each word was seen. A word holds no tab and no line end; the
// tokenizer gives none that does. Not thread-safe.
class WordCounts {
 public:
  void Add(std::string_view word, std::int64_t count = 1);
  const absl::flat_hash_map<std::string, std::int64_t>& counts() const {
    return counts_;
  }
  std::int64_t total() const { return total_; }

 private:
  absl::flat_hash_map<std::string, std::int64_t> counts_;
  std::int64_t total_ = 0;
};

// Immutable once made, so thread-safe.
class Vocabulary {
 public:
  // The words seen at least `min_count` times, most frequent first, words of
  // equal count in byte order, at most `max_size` entries with the two
  // reserved ones, which stand first whatever `max_size` is.
  static Vocabulary Build(const WordCounts& counts, std::int64_t min_count,
                          std::size_t max_size);

  // The text of vocabulary.txt: one "word<TAB>count" a line, in the order of
  // the indices, the reserved entries "<pad>" and "<unk>" first with count 0.
  std::string Serialize() const;
  // INVALID_ARGUMENT with the line for a repeated or empty word, a count that
  // is missing or no count, or reserved entries that are not where they belong.
  static absl::StatusOr<Vocabulary> Parse(std::string_view text);

  // kUnknownId for a word that is not there. "<pad>" and "<unk>" as words of
  // a text are unknown words.
  TokenId Find(std::string_view word) const { return IdOf(words_.Find(word)); }
  // The same of many words, each with kBlockPadding readable bytes behind it:
  // faster. `ids` has as many entries.
  void FindAll(std::span<const std::string_view> words,
               std::span<TokenId> ids) const;
  const std::string& word(TokenId id) const { return words_.word(id); }
  std::int64_t count(TokenId id) const { return counts_[id]; }
  // Entries, the two reserved ones included.
  std::size_t size() const { return words_.size(); }

 private:
  Vocabulary();
  // False, and nothing changes, when the word is there.
  bool Append(std::string_view word, std::int64_t count);

  // The reserved entries are there and are not found, and the unknown word is
  // what everything is that is not there.
  static TokenId IdOf(std::int32_t index) {
    return index <= kUnknownId ? kUnknownId : index;
  }

  WordTable words_;
  std::vector<std::int64_t> counts_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_VOCABULARY_H_
