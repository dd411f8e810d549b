#include "core/text/skip_gram_corpus.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

constexpr WordIndex kLeftOut = -1;
constexpr std::size_t kMinWords = 2;

// The words of `counts` that are kept, most frequent first.
std::vector<WordIndex> ChooseWords(const std::vector<std::string>& words,
                                   const std::vector<std::int64_t>& counts,
                                   std::int64_t min_count,
                                   std::int64_t vocabulary_size) {
  std::vector<WordIndex> chosen(words.size());
  std::iota(chosen.begin(), chosen.end(), 0);
  std::erase_if(chosen, [&](WordIndex i) { return counts[i] < min_count; });
  std::ranges::sort(chosen, [&](WordIndex a, WordIndex b) {
    return counts[a] != counts[b] ? counts[a] > counts[b] : words[a] < words[b];
  });
  if (chosen.size() > static_cast<std::size_t>(vocabulary_size)) {
    chosen.resize(static_cast<std::size_t>(vocabulary_size));
  }
  return chosen;
}

absl::Status TooFewWords(const std::vector<std::int64_t>& counts,
                         std::int64_t min_count) {
  std::int64_t second = 0;
  if (counts.size() >= kMinWords) {
    std::vector<std::int64_t> sorted = counts;
    std::ranges::nth_element(sorted, sorted.begin() + 1, std::greater<>());
    second = sorted[1];
  }
  if (second == 0) {
    return absl::InvalidArgumentError(
        "the texts have fewer than two different words; there is nothing to "
        "learn from them");
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "min_count is ", min_count, "; it must be at most ", second,
      ", which is how often the second most frequent word is seen"));
}

template <typename T>
void Hash(const std::vector<T>& values, Sha256& hash) {
  const std::uint64_t size = values.size();
  hash.Update({reinterpret_cast<const char*>(&size), sizeof(size)});
  hash.Update({reinterpret_cast<const char*>(values.data()),
               values.size() * sizeof(T)});
}

}  // namespace

std::string SkipGramCorpus::Sha256() const {
  carousel::Sha256 hash;
  for (const std::string& word : words_) {
    hash.Update(word);
    hash.Update("\n");
  }
  Hash(counts_, hash);
  Hash(begins_, hash);
  Hash(tokens_, hash);
  return ToHex(hash.Finish());
}

absl::Status SkipGramCorpusBuilder::Add(std::string_view text) {
  if (corpus_.words_.size() >
      std::numeric_limits<WordIndex>::max() - text.size()) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the texts have more than ", corpus_.words_.size(),
                     " different words, which is more than can be held"));
  }
  RETURN_IF_ERROR(tokenizer_.ForEachToken(text, [this](std::string_view token) {
    const auto next = static_cast<WordIndex>(corpus_.words_.size());
    const auto [entry, is_new] = indices_.try_emplace(ToAbslView(token), next);
    if (is_new) {
      corpus_.words_.emplace_back(token);
      corpus_.counts_.push_back(0);
    }
    ++corpus_.counts_[entry->second];
    corpus_.tokens_.push_back(entry->second);
  }));
  corpus_.begins_.push_back(corpus_.tokens_.size());
  return absl::OkStatus();
}

absl::StatusOr<SkipGramCorpus> SkipGramCorpusBuilder::Finish(
    std::int64_t min_count, std::int64_t vocabulary_size) {
  SkipGramCorpus raw = std::exchange(corpus_, {});
  indices_ = {};
  const std::vector<WordIndex> chosen =
      ChooseWords(raw.words_, raw.counts_, min_count, vocabulary_size);
  if (chosen.size() < kMinWords) return TooFewWords(raw.counts_, min_count);

  SkipGramCorpus corpus;
  std::vector<WordIndex> new_index(raw.words_.size(), kLeftOut);
  for (const WordIndex old : chosen) {
    new_index[old] = static_cast<WordIndex>(corpus.words_.size());
    corpus.words_.push_back(std::move(raw.words_[old]));
    corpus.counts_.push_back(raw.counts_[old]);
  }
  corpus.all_tokens_ = raw.tokens();
  // In place: the texts only get shorter.
  std::size_t end = 0;
  bool has_pair = false;
  for (std::size_t i = 0; i < raw.texts(); ++i) {
    const std::size_t begin = end;
    for (const WordIndex token : raw.text(i)) {
      if (new_index[token] != kLeftOut) raw.tokens_[end++] = new_index[token];
    }
    corpus.begins_.push_back(end);
    has_pair = has_pair || end - begin >= kMinWords;
  }
  if (!has_pair) {
    return absl::InvalidArgumentError(
        "no text has two words of the vocabulary; there are no pairs of words "
        "to learn from");
  }
  raw.tokens_.resize(end);
  corpus.tokens_ = std::move(raw.tokens_);
  return corpus;
}

}  // namespace carousel
