// The texts that word vectors are trained on.
#ifndef CAROUSEL_CORE_TRAIN_VECTORS_TEXTS_H_
#define CAROUSEL_CORE_TRAIN_VECTORS_TEXTS_H_

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <vector>

#include "absl/status/statusor.h"
#include "core/text/skip_gram_corpus.h"
#include "core/text/skip_gram_settings.h"
#include "core/train/progress.h"

namespace carousel {

struct VectorsTexts {
  SkipGramCorpus corpus;
  VectorsTextCounts counts;
};

// Reads the stored datasets and tokenizes the texts of their train splits, of
// unlabelled ones all texts, as this service tokenizes by default. A text of
// one that equals, after default normalizing, a validation or test text of
// another is left out: what a model is measured on must not have shaped its
// vectors. The observer hears that it is alive. CANCELLED when `stop` was
// requested; the errors of DatasetReader and SkipGramCorpusBuilder.
absl::StatusOr<VectorsTexts> ReadVectorsTexts(
    const std::vector<std::filesystem::path>& dataset_folders,
    const SkipGramSettings& settings, TrainingObserver& observer,
    const std::stop_token& stop);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_VECTORS_TEXTS_H_
