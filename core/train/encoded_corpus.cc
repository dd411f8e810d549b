#include "core/train/encoded_corpus.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/text/encoder.h"
#include "core/text/tokenizer.h"
#include "core/train/random_streams.h"

namespace carousel {
namespace {

// Tokenized texts, each distinct word stored once: the vocabulary can only be
// made, and the texts encoded, when all of them have been read.
class TokenizedTexts {
 public:
  void Add(const std::vector<std::string>& tokens) {
    std::vector<std::size_t>& text = texts_.emplace_back();
    text.reserve(tokens.size());
    for (const std::string& token : tokens) {
      const auto [word, is_new] = ids_.try_emplace(token, words_.size());
      if (is_new) words_.push_back(token);
      text.push_back(word->second);
      counts_.Add(token);
    }
  }

  std::vector<std::string> Text(std::size_t index) const {
    std::vector<std::string> tokens;
    tokens.reserve(texts_[index].size());
    for (const std::size_t id : texts_[index]) tokens.push_back(words_[id]);
    return tokens;
  }

  const WordCounts& counts() const { return counts_; }

 private:
  absl::flat_hash_map<std::string, std::size_t> ids_;
  std::vector<std::string> words_;
  std::vector<std::vector<std::size_t>> texts_;
  WordCounts counts_;
};

absl::Status CheckStop(const std::stop_token& stop) {
  if (!stop.stop_requested()) return absl::OkStatus();
  return absl::CancelledError("the run was stopped while it read the texts");
}

std::vector<const Example*> ChooseTrainingTexts(
    const Dataset& dataset, const HyperParameters& parameters) {
  std::vector<const Example*> all = dataset.InSplit(Split::kTrain);
  const auto wanted = static_cast<std::size_t>(parameters.max_examples);
  if (wanted == 0 || wanted >= all.size()) return all;
  std::vector<std::size_t> chosen = RandomPermutation(
      all.size(), StreamSeed(parameters.seed, RandomStream::kExamples));
  chosen.resize(wanted);
  std::ranges::sort(chosen);
  std::vector<const Example*> examples;
  examples.reserve(wanted);
  for (const std::size_t index : chosen) examples.push_back(all[index]);
  return examples;
}

absl::StatusOr<TokenizedTexts> Tokenize(
    const std::vector<const Example*>& examples, const TextOptions& options,
    const std::stop_token& stop) {
  const Tokenizer tokenizer(options);
  TokenizedTexts texts;
  for (const Example* example : examples) {
    RETURN_IF_ERROR(CheckStop(stop));
    ASSIGN_OR_RETURN(const std::vector<std::string> tokens,
                     tokenizer.Tokenize(example->text));
    texts.Add(tokens);
  }
  return texts;
}

// That the vocabulary will hold a word. Whether there is a text at all is for
// the trainer to say.
absl::Status CheckMinCount(const WordCounts& counts, std::int64_t min_count) {
  std::int64_t largest = 0;
  for (const auto& [word, count] : counts.counts()) {
    largest = std::max(largest, count);
  }
  if (largest == 0 || largest >= min_count) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "min_count is ", min_count, "; it must be at most ", largest,
      ", which is how often the training texts' most frequent word is seen"));
}

// Adds a text, or counts it as skipped when it has no token.
absl::Status AddEncoded(absl::StatusOr<EncodedText> encoded, Label label,
                        LabelledTexts& texts, std::int64_t& skipped) {
  if (encoded.ok()) {
    texts.texts.push_back(*std::move(encoded));
    texts.labels.push_back(static_cast<float>(label));
  } else if (GetReason(encoded.status()) == "NO_TOKENS") {
    ++skipped;
  } else {
    return encoded.status();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<EncodedCorpus> EncodeCorpus(const Dataset& dataset,
                                           const HyperParameters& parameters,
                                           const std::stop_token& stop) {
  const std::vector<const Example*> train =
      ChooseTrainingTexts(dataset, parameters);
  ASSIGN_OR_RETURN(const TokenizedTexts tokenized,
                   Tokenize(train, parameters.text, stop));
  RETURN_IF_ERROR(CheckMinCount(tokenized.counts(), parameters.min_count));
  EncodedCorpus corpus{
      .vocabulary = Vocabulary::Build(
          tokenized.counts(), parameters.min_count,
          static_cast<std::size_t>(parameters.vocabulary_size)),
      .train_tokens = tokenized.counts().total()};
  const TextEncoder encoder(parameters.text, corpus.vocabulary,
                            static_cast<std::size_t>(parameters.max_tokens),
                            parameters.truncate);
  for (std::size_t i = 0; i < train.size(); ++i) {
    RETURN_IF_ERROR(CheckStop(stop));
    RETURN_IF_ERROR(AddEncoded(encoder.EncodeTokens(tokenized.Text(i)),
                               train[i]->label, corpus.train,
                               corpus.skipped_texts));
  }
  for (const Example* example : dataset.InSplit(Split::kValidation)) {
    RETURN_IF_ERROR(CheckStop(stop));
    RETURN_IF_ERROR(AddEncoded(encoder.Encode(example->text), example->label,
                               corpus.validation, corpus.skipped_texts));
  }
  return corpus;
}

}  // namespace carousel
