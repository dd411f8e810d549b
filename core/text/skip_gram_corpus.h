// Texts as the indices of their words, without the words that are too rare to
// learn: what word vectors are trained on.
#ifndef CAROUSEL_CORE_TEXT_SKIP_GRAM_CORPUS_H_
#define CAROUSEL_CORE_TEXT_SKIP_GRAM_CORPUS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "core/text/tokenizer.h"

namespace carousel {

// From 0, the most frequent word first.
using WordIndex = std::int32_t;

// Immutable once made, so thread-safe. Four bytes a token.
class SkipGramCorpus {
 public:
  std::size_t texts() const { return begins_.size() - 1; }
  std::span<const WordIndex> text(std::size_t index) const {
    return std::span(tokens_).subspan(begins_[index],
                                      begins_[index + 1] - begins_[index]);
  }
  std::size_t words() const { return words_.size(); }
  const std::string& word(WordIndex index) const { return words_[index]; }
  // How often each word occurs in the texts.
  const std::vector<std::int64_t>& counts() const { return counts_; }
  // Their sum: the length of all texts.
  std::int64_t tokens() const {
    return static_cast<std::int64_t>(tokens_.size());
  }
  // The tokens of the texts as they were added, rare words too.
  std::int64_t all_tokens() const { return all_tokens_; }
  // Of words, counts and texts, in hexadecimal.
  std::string Sha256() const;

 private:
  friend class SkipGramCorpusBuilder;

  std::vector<WordIndex> tokens_;
  std::vector<std::size_t> begins_ = {0};
  std::vector<std::string> words_;
  std::vector<std::int64_t> counts_;
  std::int64_t all_tokens_ = 0;
};

// Not thread-safe.
class SkipGramCorpusBuilder {
 public:
  explicit SkipGramCorpusBuilder(const TextOptions& options)
      : tokenizer_(options) {}

  // INVALID_ARGUMENT for what is not UTF-8, RESOURCE_EXHAUSTED for more
  // distinct words than an index can number.
  absl::Status Add(std::string_view text);

  // The words seen at least `min_count` times, at most `vocabulary_size` of
  // them, the most frequent first, words of equal count in byte order.
  // INVALID_ARGUMENT when there are no two words to be had, or no text has two
  // of them. The builder is empty afterwards.
  absl::StatusOr<SkipGramCorpus> Finish(std::int64_t min_count,
                                        std::int64_t vocabulary_size);

 private:
  Tokenizer tokenizer_;
  SkipGramCorpus corpus_;  // as yet with words in the order of their coming
  absl::flat_hash_map<std::string, WordIndex> indices_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_SKIP_GRAM_CORPUS_H_
