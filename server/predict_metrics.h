// What is answered: texts, batches, waits, probabilities.
#ifndef CAROUSEL_SERVER_PREDICT_METRICS_H_
#define CAROUSEL_SERVER_PREDICT_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/serve/predictor.h"
#include "server/metric_labels.h"

namespace carousel {

// Thread-safe.
class PredictMetrics final : public PredictObserver {
 public:
  // `labels` is not owned.
  PredictMetrics(prometheus::Registry& registry, ModelLabels& labels);

  void OnBatch(std::size_t rows, double forward_seconds) override;
  void OnQueueWait(double seconds) override;
  void OnTokenized(const std::string& model, std::int64_t tokens,
                   std::int64_t unknown_tokens, double seconds) override;
  void OnAnswer(const std::string& model,
                const absl::StatusOr<double>& probability) override;
  // Writing the answers of a call into its response.
  void OnReply(double seconds);
  // A version came into memory, or failed to.
  void OnLoad(double seconds);

 private:
  // One label's series: looking them up by label on every text is slow.
  struct Model {
    prometheus::Counter& answered;
    prometheus::Counter& failed;
    prometheus::Counter& tokens;
    prometheus::Counter& unknown_tokens;
    prometheus::Histogram& probability;
  };
  Model& ForModel(const std::string& model) EXCLUDES(mutex_);

  ModelLabels& labels_;
  prometheus::Family<prometheus::Counter>& texts_;
  prometheus::Family<prometheus::Counter>& tokens_;
  prometheus::Family<prometheus::Counter>& unknown_tokens_;
  prometheus::Family<prometheus::Histogram>& probability_;
  prometheus::Histogram& batch_rows_;
  prometheus::Histogram& queue_wait_;
  prometheus::Histogram& tokenize_;
  prometheus::Histogram& forward_;
  prometheus::Histogram& reply_;
  prometheus::Histogram& load_;
  Mutex mutex_;
  std::map<std::string, std::unique_ptr<Model>> models_ GUARDED_BY(mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_PREDICT_METRICS_H_
