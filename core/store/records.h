// The rows of the catalogue. Times are UTC; 0 or "" means absent where an
// std::optional would say no more.
#ifndef CAROUSEL_CORE_STORE_RECORDS_H_
#define CAROUSEL_CORE_STORE_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace carousel {

struct DatasetRecord {
  std::string name;
  std::string sha256;  // of the uploaded bytes and the import options
  std::int64_t rows = 0;
  bool unlabelled = false;
  absl::Time created_at;
};

struct VectorsRecord {
  std::string name;
  std::string sha256;  // of the uploaded bytes
  std::string format;  // "word2vec", "word2vec-binary", "glove"
  std::int64_t words = 0;
  std::int64_t dimension = 0;
  std::int64_t bytes = 0;   // of the stored file
  bool has_counts = false;  // DataFolder::word_counts_file is there
  std::string job;          // that trained them; "" when they were imported
  absl::Time created_at;
};

struct ModelVersionRecord {
  std::string model;
  std::int64_t version = 0;
  std::string job;  // that published it
  std::string dataset;
  std::string vectors;
  std::optional<double> validation_accuracy;
  std::int64_t bytes = 0;  // of the folder
  absl::Time created_at;
  std::vector<std::string> labels;  // "latest", "stable", ..., sorted
};

enum class JobState { kQueued, kRunning, kSucceeded, kFailed, kCancelled };
std::string_view ToString(JobState state);  // "QUEUED", "RUNNING", ...
absl::StatusOr<JobState> ParseJobState(std::string_view text);
inline constexpr int kJobStates = 5;
// SUCCEEDED, FAILED and CANCELLED.
bool IsTerminal(JobState state);

// What a job makes: a model's next version, or word vectors.
enum class JobKind { kModel, kVectors };
std::string_view ToString(JobKind kind);  // "MODEL", "VECTORS"
absl::StatusOr<JobKind> ParseJobKind(std::string_view text);

// "job-000001": the number with at least six digits, so that jobs sort by
// name as they sort by time. Parse gives nothing for what Format never wrote.
std::string FormatJobId(std::int64_t number);
std::optional<std::int64_t> ParseJobId(std::string_view job);

// The call that something came of, for the lines that it leaves in logs. Either
// may be "".
struct CallOrigin {
  std::string request_id;   // the header x-request-id, not JobRecord's
  std::string traceparent;  // W3C Trace Context
  bool operator==(const CallOrigin&) const = default;
};

struct JobRecord {
  std::string job;  // "job-" and digits, in order of creation
  JobKind kind = JobKind::kModel;
  std::string model;         // "" for vectors
  std::int64_t version = 0;  // 0 until published, and always for vectors
  std::string dataset;
  std::vector<std::string> other_datasets;  // of vectors, sorted
  std::string vectors;  // that the model begins with, or that are trained
  std::string hyperparameters;  // JSON, as core/train writes it; opaque here
  JobState state = JobState::kQueued;
  std::int64_t epoch = 0;   // whole epochs done
  std::int64_t epochs = 0;  // asked for
  std::int64_t best_epoch = 0;
  std::optional<double> best_validation_accuracy;
  std::optional<double> tokens_per_second;  // of the last epoch
  std::string error;                        // why it is FAILED; "" otherwise
  std::string request_id;                   // "" when the caller gave none
  CallOrigin origin;                        // the call that submitted it
  bool promote_if_better = false;
  bool cancel_requested = false;
  // The worker's own deaths since the last finished epoch.
  std::int64_t worker_deaths = 0;
  absl::Time created_at;
  std::optional<absl::Time> started_at;
  std::optional<absl::Time> ended_at;
};

struct EpochRecord {
  std::int64_t epoch = 0;  // from 1
  double train_loss = 0;
  double train_accuracy = 0;
  double validation_loss = 0;
  double validation_accuracy = 0;
  double learning_rate = 0;
  double gradient_norm = 0;
  double tokens_per_second = 0;
  double seconds = 0;
  bool operator==(const EpochRecord&) const = default;
};

// A page of a list, AIP-158. An empty token is the first page; the token of
// the next page is empty at the end. A negative size, or a token that this
// list with this filter did not give, is INVALID_ARGUMENT.
struct PageRequest {
  std::int64_t page_size = 0;  // 0: 100; more than 1,000: 1,000
  std::string page_token;
};
template <typename Record>
struct Page {
  std::vector<Record> records;
  std::string next_page_token;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_RECORDS_H_
