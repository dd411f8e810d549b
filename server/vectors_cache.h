// Stored vectors in memory, whole: to compare a word with all others takes
// milliseconds, to read them from their file seconds.
#ifndef CAROUSEL_SERVER_VECTORS_CACHE_H_
#define CAROUSEL_SERVER_VECTORS_CACHE_H_

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/store/asset_store.h"
#include "core/text/word_vectors.h"

namespace carousel {

// Keeps those that were asked for last and reads one file at a time, so that
// callers who come together cost no more memory than one. Thread-safe.
class VectorsCache {
 public:
  // Of the numbers alone; what people publish is smaller (word2vec's Google
  // News: 3,000,000 words of 300 numbers, 3.4 GiB).
  static constexpr std::int64_t kMaxBytes = std::int64_t{4} << 30;

  // Not owned.
  explicit VectorsCache(const AssetStore& assets) : assets_(assets) {}
  VectorsCache(const VectorsCache&) = delete;
  VectorsCache& operator=(const VectorsCache&) = delete;

  // NOT_FOUND when the store does not have them (any more), DATA_LOSS naming
  // the file that changed before it was read, FAILED_PRECONDITION when they are
  // larger than kMaxBytes, CANCELLED once `stop` is requested.
  absl::StatusOr<std::shared_ptr<const WordVectors>> Get(
      std::string_view name, const std::stop_token& stop) EXCLUDES(mutex_);

 private:
  // The turn of one caller to read.
  class Turn;

  const AssetStore& assets_;
  Mutex mutex_;
  CondVar turn_over_;
  bool is_reading_ GUARDED_BY(mutex_) = false;
  // What was asked for last. Bytes tell it from what its name came to mean.
  std::string sha256_ GUARDED_BY(mutex_);
  std::shared_ptr<const WordVectors> vectors_ GUARDED_BY(mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_VECTORS_CACHE_H_
