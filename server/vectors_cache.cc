#include "server/vectors_cache.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "server/stored_vectors.h"

namespace carousel {
namespace {

absl::Status CheckSize(const VectorsRecord& record) {
  const std::int64_t bytes = record.words * record.dimension *
                             static_cast<std::int64_t>(sizeof(float));
  if (bytes <= VectorsCache::kMaxBytes) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "vectors ", Quote(record.name), " take ", bytes,
      " bytes in memory; it must be at most ", VectorsCache::kMaxBytes));
}

}  // namespace

// Over when it goes out of scope, whatever came of it.
class VectorsCache::Turn {
 public:
  explicit Turn(VectorsCache& cache) : cache_(cache) {}
  ~Turn() {
    MutexLock lock(cache_.mutex_);
    cache_.is_reading_ = false;
    cache_.turn_over_.NotifyAll();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  VectorsCache& cache_;
};

absl::StatusOr<std::shared_ptr<const WordVectors>> VectorsCache::Get(
    std::string_view name, const std::stop_token& stop) {
  ASSIGN_OR_RETURN(const VectorsRecord record, assets_.GetVectors(name));
  RETURN_IF_ERROR(CheckSize(record));
  const std::stop_callback wake(stop, [this] {
    MutexLock lock(mutex_);
    turn_over_.NotifyAll();
  });
  {
    MutexLock lock(mutex_);
    while (is_reading_ && !stop.stop_requested()) turn_over_.Wait(mutex_);
    if (stop.stop_requested()) {
      return absl::CancelledError("reading was stopped");
    }
    if (vectors_ != nullptr && sha256_ == record.sha256) return vectors_;
    is_reading_ = true;
    vectors_ = nullptr;  // makes room
  }
  const Turn turn(*this);
  ASSIGN_OR_RETURN(WordVectors read, ReadStoredVectors(assets_, name,
                                                       /*filter=*/{}, stop));
  auto vectors = std::make_shared<const WordVectors>(std::move(read));
  MutexLock lock(mutex_);
  sha256_ = record.sha256;
  vectors_ = vectors;
  return vectors;
}

}  // namespace carousel
