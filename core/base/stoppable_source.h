// A source of bytes that can be told to end.
#ifndef CAROUSEL_CORE_BASE_STOPPABLE_SOURCE_H_
#define CAROUSEL_CORE_BASE_STOPPABLE_SOURCE_H_

#include <cstddef>
#include <stop_token>
#include <utility>

#include "absl/status/statusor.h"
#include "core/base/byte_source.h"

namespace carousel {

// Gives what `source` gives until `stop` is requested, then CANCELLED: so that
// reading a large file ends with the caller who wanted it read.
class StoppableSource final : public ByteSource {
 public:
  // `source` is not owned.
  StoppableSource(ByteSource& source, std::stop_token stop)
      : source_(source), stop_(std::move(stop)) {}

  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    const absl::Status wanted = CheckWanted();
    if (!wanted.ok()) return wanted;
    return source_.Read(buffer, size);
  }

  const MappedBytes* Map() override { return source_.Map(); }

  absl::Status CheckWanted() const override {
    if (!stop_.stop_requested()) return source_.CheckWanted();
    return absl::CancelledError("reading was stopped");
  }

 private:
  ByteSource& source_;
  const std::stop_token stop_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_STOPPABLE_SOURCE_H_
