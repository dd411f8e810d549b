// What a finished run says of itself: metrics.json.
#ifndef CAROUSEL_CORE_TRAIN_RUN_REPORT_H_
#define CAROUSEL_CORE_TRAIN_RUN_REPORT_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/metrics/classification.h"
#include "core/text/vocabulary.h"
#include "core/text/word_vectors.h"
#include "core/train/encoded_corpus.h"
#include "core/train/hyperparameters.h"
#include "core/train/progress.h"

namespace carousel {

// What training read: counts, the share of padding in its batches, and how much
// of the text the vectors know.
struct DataReport {
  std::int64_t train_texts = 0;
  std::int64_t validation_texts = 0;
  std::int64_t skipped_texts = 0;
  std::int64_t train_tokens = 0;
  std::int64_t vocabulary_size = 0;
  double padded_share = 0;
  // The share of the training texts' tokens whose word is in the vocabulary and
  // has a vector (a word rarer than min_count starts as the unknown one,
  // whatever the vectors hold), and of the vocabulary's words.
  double token_coverage = 0;
  double word_coverage = 0;
};
DataReport DescribeData(const EncodedCorpus& corpus, const WordVectors& vectors,
                        const HyperParameters& parameters);

struct RunReport {
  DataReport data;
  std::vector<EpochMetrics> epochs;
  std::int64_t best_epoch = 0;
  bool stopped_early = false;
  // Of the best epoch's weights on the validation texts.
  ClassificationReport validation;
};
// An absent measure is null, never 0.
nlohmann::json ToJson(const RunReport& report);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_RUN_REPORT_H_
