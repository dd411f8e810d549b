#include "core/train/run_report.h"

#include <optional>

#include "core/train/epoch_plan.h"

namespace carousel {
namespace {

nlohmann::json OrNull(const std::optional<double>& value) {
  return value.has_value() ? nlohmann::json(*value) : nlohmann::json();
}

double Share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

nlohmann::json ToJson(const DataReport& data) {
  return {{"train_texts", data.train_texts},
          {"validation_texts", data.validation_texts},
          {"skipped_texts", data.skipped_texts},
          {"train_tokens", data.train_tokens},
          {"vocabulary_size", data.vocabulary_size},
          {"padded_share", data.padded_share},
          {"token_coverage", data.token_coverage},
          {"word_coverage", data.word_coverage}};
}

nlohmann::json ToJson(const ClassificationReport& report) {
  const ConfusionMatrix& matrix = report.confusion;
  return {{"count", matrix.count()},
          {"accuracy", OrNull(report.accuracy)},
          {"precision", OrNull(report.precision)},
          {"recall", OrNull(report.recall)},
          {"f1", OrNull(report.f1)},
          {"roc_auc", OrNull(report.roc_auc)},
          {"loss", OrNull(report.loss)},
          {"confusion_matrix",
           {{matrix.true_negatives, matrix.false_positives},
            {matrix.false_negatives, matrix.true_positives}}}};
}

}  // namespace

DataReport DescribeData(const EncodedCorpus& corpus, const WordVectors& vectors,
                        const HyperParameters& parameters) {
  std::int64_t known_words = 0;
  std::int64_t known_tokens = 0;
  constexpr TokenId kFirstWord = kUnknownId + 1;
  const auto size = static_cast<TokenId>(corpus.vocabulary.size());
  for (TokenId id = kFirstWord; id < size; ++id) {
    if (vectors.Find(corpus.vocabulary.word(id)).empty()) continue;
    ++known_words;
    known_tokens += corpus.vocabulary.count(id);
  }
  const std::vector<std::int64_t> lengths = Lengths(corpus.train.texts);
  const auto count = [](const LabelledTexts& texts) {
    return static_cast<std::int64_t>(texts.texts.size());
  };
  return {.train_texts = count(corpus.train),
          .validation_texts = count(corpus.validation),
          .skipped_texts = corpus.skipped_texts,
          .train_tokens = corpus.train_tokens,
          .vocabulary_size = size,
          .padded_share =
              PaddedShare(PlanEpoch(parameters, lengths, /*epoch=*/1), lengths),
          .token_coverage = Share(known_tokens, corpus.train_tokens),
          .word_coverage = Share(known_words, size - kFirstWord)};
}

nlohmann::json ToJson(const RunReport& report) {
  nlohmann::json epochs = nlohmann::json::array();
  for (const EpochMetrics& epoch : report.epochs) {
    epochs.push_back(ToJson(epoch));
  }
  return {{"best_epoch", report.best_epoch},
          {"stopped_early", report.stopped_early},
          {"validation", ToJson(report.validation)},
          {"epochs", std::move(epochs)},
          {"data", ToJson(report.data)}};
}

}  // namespace carousel
