#include "core/train/vectors_texts.h"

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/data/dataset.h"
#include "core/data/split.h"
#include "core/text/normalizer.h"
#include "core/text/text_options.h"

namespace carousel {
namespace {

using Keys = absl::flat_hash_set<Sha256Digest>;

// Equal for texts that are equal after default normalizing.
absl::StatusOr<Sha256Digest> KeyOf(const Example& example) {
  ASSIGN_OR_RETURN(const std::string text,
                   NormalizeText(example.text, TextOptions()));
  return SplitKey(text, /*seed=*/0);
}

// Goes through a stored dataset.
absl::Status ForEachExample(
    const std::filesystem::path& folder, const std::stop_token& stop,
    absl::FunctionRef<absl::Status(const Example& example)> visit) {
  ASSIGN_OR_RETURN(const Dataset dataset, ReadDataset(folder, stop));
  for (const Example& example : dataset.examples) {
    if (stop.stop_requested()) {
      return absl::CancelledError(
          "the run was stopped while it read the texts");
    }
    RETURN_IF_ERROR(visit(example));
  }
  return absl::OkStatus();
}

// The keys of all validation and test texts.
absl::StatusOr<Keys> FindHeldBack(
    const std::vector<std::filesystem::path>& dataset_folders,
    const std::stop_token& stop) {
  Keys keys;
  // A dataset's own splits share no text.
  if (dataset_folders.size() == 1) return keys;
  const auto add = [&keys](const Example& example) -> absl::Status {
    if (example.split == Split::kTrain) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Sha256Digest key, KeyOf(example));
    keys.insert(key);
    return absl::OkStatus();
  };
  for (const std::filesystem::path& folder : dataset_folders) {
    RETURN_IF_ERROR(ForEachExample(folder, stop, add));
  }
  return keys;
}

}  // namespace

absl::StatusOr<VectorsTexts> ReadVectorsTexts(
    const std::vector<std::filesystem::path>& dataset_folders,
    const SkipGramSettings& settings, const std::stop_token& stop) {
  ASSIGN_OR_RETURN(const Keys held_back, FindHeldBack(dataset_folders, stop));
  VectorsTexts texts;
  SkipGramCorpusBuilder builder{TextOptions()};
  const auto add = [&](const Example& example) -> absl::Status {
    if (example.split != Split::kTrain) return absl::OkStatus();
    if (!held_back.empty()) {
      ASSIGN_OR_RETURN(const Sha256Digest key, KeyOf(example));
      if (held_back.contains(key)) {
        ++texts.counts.left_out;
        return absl::OkStatus();
      }
    }
    ++texts.counts.texts;
    return builder.Add(example.text);
  };
  // A second time, so that not all of them are in memory at once.
  for (const std::filesystem::path& folder : dataset_folders) {
    RETURN_IF_ERROR(ForEachExample(folder, stop, add));
  }
  ASSIGN_OR_RETURN(texts.corpus, builder.Finish(settings.min_count,
                                                settings.vocabulary_size));
  texts.counts.tokens = texts.corpus.all_tokens();
  texts.counts.words = static_cast<std::int64_t>(texts.corpus.words());
  return texts;
}

}  // namespace carousel
