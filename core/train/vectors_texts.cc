#include "core/train/vectors_texts.h"

#include <memory>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/data/dataset.h"
#include "core/data/dataset_reader.h"
#include "core/data/split.h"
#include "core/text/normalizer.h"
#include "core/text/text_options.h"

namespace carousel {
namespace {

using Keys = absl::flat_hash_set<Sha256Digest>;

// Equal for texts that are equal after default normalizing.
absl::StatusOr<Sha256Digest> KeyOf(const DatasetRow& row) {
  ASSIGN_OR_RETURN(const std::string text,
                   NormalizeText(row.text, TextOptions()));
  return SplitKey(text, /*seed=*/0);
}

// All of an unlabelled dataset.
bool IsForTraining(const DatasetRow& row) {
  return row.split.value_or(Split::kTrain) == Split::kTrain;
}

using RowVisitor = absl::FunctionRef<absl::Status(const DatasetRow& row)>;

// Goes through a stored dataset.
absl::Status ForEachRow(const std::filesystem::path& folder,
                        TrainingObserver& observer, const std::stop_token& stop,
                        RowVisitor visit) {
  ASSIGN_OR_RETURN(const std::unique_ptr<DatasetReader> reader,
                   DatasetReader::Open(folder, stop));
  DatasetRow row;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, reader->Next(row));
    if (!found) return absl::OkStatus();
    RETURN_IF_ERROR(visit(row));
    observer.OnAlive();
  }
}

// The keys of all validation and test texts.
absl::StatusOr<Keys> FindHeldBack(
    const std::vector<std::filesystem::path>& dataset_folders,
    TrainingObserver& observer, const std::stop_token& stop) {
  Keys keys;
  // A dataset's own splits share no text.
  if (dataset_folders.size() == 1) return keys;
  const auto add = [&keys](const DatasetRow& row) -> absl::Status {
    if (IsForTraining(row)) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Sha256Digest key, KeyOf(row));
    keys.insert(key);
    return absl::OkStatus();
  };
  for (const std::filesystem::path& folder : dataset_folders) {
    RETURN_IF_ERROR(ForEachRow(folder, observer, stop, add));
  }
  return keys;
}

}  // namespace

absl::StatusOr<VectorsTexts> ReadVectorsTexts(
    const std::vector<std::filesystem::path>& dataset_folders,
    const SkipGramSettings& settings, TrainingObserver& observer,
    const std::stop_token& stop) {
  ASSIGN_OR_RETURN(const Keys held_back,
                   FindHeldBack(dataset_folders, observer, stop));
  VectorsTexts texts;
  SkipGramCorpusBuilder builder{TextOptions()};
  const auto add = [&](const DatasetRow& row) -> absl::Status {
    if (!IsForTraining(row)) return absl::OkStatus();
    if (!held_back.empty()) {
      ASSIGN_OR_RETURN(const Sha256Digest key, KeyOf(row));
      if (held_back.contains(key)) {
        ++texts.counts.left_out;
        return absl::OkStatus();
      }
    }
    ++texts.counts.texts;
    return builder.Add(row.text);
  };
  for (const std::filesystem::path& folder : dataset_folders) {
    RETURN_IF_ERROR(ForEachRow(folder, observer, stop, add));
  }
  ASSIGN_OR_RETURN(texts.corpus, builder.Finish(settings.min_count,
                                                settings.vocabulary_size));
  texts.counts.tokens = texts.corpus.all_tokens();
  texts.counts.words = static_cast<std::int64_t>(texts.corpus.words());
  return texts;
}

}  // namespace carousel
