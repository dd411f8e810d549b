#include "server/predict_metrics.h"

namespace carousel {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildHistogram;
using prometheus::Histogram;
using prometheus::Registry;

const Histogram::BucketBoundaries kRowBuckets = {1,  2,   4,   8,   16,  32,
                                                 64, 128, 256, 512, 1024};
// A part of a call: from tokenizing one short text to a full queue's wait.
const Histogram::BucketBoundaries kPhaseBuckets = {
    0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
    0.01,    0.025,    0.05,    0.1,    0.25,    0.5,    1,     2.5,    10};
const Histogram::BucketBoundaries kLoadBuckets = {
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
const Histogram::BucketBoundaries kProbabilityBuckets = {
    0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1};

Histogram& OneHistogram(Registry& registry, const char* name, const char* help,
                        const Histogram::BucketBoundaries& buckets) {
  return BuildHistogram().Name(name).Help(help).Register(registry).Add({},
                                                                       buckets);
}

Histogram& Phase(Registry& registry, const char* phase) {
  return BuildHistogram()
      .Name("carousel_predict_phase_seconds")
      .Help(
          "Parts of answering: tokenize (a call), forward (a batch), "
          "reply (a call)")
      .Register(registry)
      .Add({{"phase", phase}}, kPhaseBuckets);
}

}  // namespace

PredictMetrics::PredictMetrics(Registry& registry, ModelLabels& labels)
    : labels_(labels),
      texts_(BuildCounter()
                 .Name("carousel_predict_texts_total")
                 .Help("Texts with an answer (ok) or an error of their own")
                 .Register(registry)),
      tokens_(BuildCounter()
                  .Name("carousel_predict_tokens_total")
                  .Help("Tokens of the texts, before any cut")
                  .Register(registry)),
      unknown_tokens_(BuildCounter()
                          .Name("carousel_predict_unknown_tokens_total")
                          .Help("Tokens that the model's vocabulary lacks")
                          .Register(registry)),
      probability_(BuildHistogram()
                       .Name("carousel_predict_probability")
                       .Help("The answers: probabilities of positive")
                       .Register(registry)),
      batch_rows_(OneHistogram(registry, "carousel_predict_batch_rows",
                               "Texts that were answered together",
                               kRowBuckets)),
      queue_wait_(OneHistogram(registry, "carousel_predict_queue_wait_seconds",
                               "A text's wait for its turn", kPhaseBuckets)),
      tokenize_(Phase(registry, "tokenize")),
      forward_(Phase(registry, "forward")),
      reply_(Phase(registry, "reply")),
      load_(OneHistogram(registry, "carousel_model_load_duration_seconds",
                         "Reading, checking and warming a model version",
                         kLoadBuckets)) {}

PredictMetrics::Model& PredictMetrics::ForModel(const std::string& model) {
  const std::string label = labels_.LabelFor(model);
  MutexLock lock(mutex_);
  std::unique_ptr<Model>& entry = models_[label];
  if (entry == nullptr) {
    entry = std::make_unique<Model>(
        Model{.answered = texts_.Add({{"model", label}, {"result", "ok"}}),
              .failed = texts_.Add({{"model", label}, {"result", "error"}}),
              .tokens = tokens_.Add({{"model", label}}),
              .unknown_tokens = unknown_tokens_.Add({{"model", label}}),
              .probability =
                  probability_.Add({{"model", label}}, kProbabilityBuckets)});
  }
  return *entry;
}

void PredictMetrics::OnBatch(std::size_t rows, double forward_seconds) {
  batch_rows_.Observe(static_cast<double>(rows));
  forward_.Observe(forward_seconds);
}

void PredictMetrics::OnQueueWait(double seconds) {
  queue_wait_.Observe(seconds);
}

void PredictMetrics::OnTokenized(const std::string& model, std::int64_t tokens,
                                 std::int64_t unknown_tokens, double seconds) {
  Model& series = ForModel(model);
  series.tokens.Increment(static_cast<double>(tokens));
  series.unknown_tokens.Increment(static_cast<double>(unknown_tokens));
  tokenize_.Observe(seconds);
}

void PredictMetrics::OnAnswer(const std::string& model,
                              const absl::StatusOr<double>& probability) {
  Model& series = ForModel(model);
  if (probability.ok()) {
    series.answered.Increment();
    series.probability.Observe(*probability);
  } else {
    series.failed.Increment();
  }
}

void PredictMetrics::OnReply(double seconds) { reply_.Observe(seconds); }

void PredictMetrics::OnLoad(double seconds) { load_.Observe(seconds); }

}  // namespace carousel
