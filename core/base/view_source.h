// A source of bytes that another one shows.
#ifndef CAROUSEL_CORE_BASE_VIEW_SOURCE_H_
#define CAROUSEL_CORE_BASE_VIEW_SOURCE_H_

#include <cstddef>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/byte_source.h"
#include "core/base/status_macros.h"

namespace carousel {

// Gives bytes that lie in memory one after the other, from wherever it is
// wanted, as long as the source that they belong to is wanted.
class ViewSource final : public ByteSource {
 public:
  // `owner` outlives it, and `bytes` are of it.
  ViewSource(std::string_view bytes, const ByteSource& owner)
      : bytes_(bytes), owner_(owner) {}

  // Read() goes on at `offset`, the end at most.
  void Seek(std::size_t offset) { offset_ = offset; }

  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    RETURN_IF_ERROR(CheckWanted());
    const std::size_t count = bytes_.copy(buffer, size, offset_);
    offset_ += count;
    return count;
  }

  absl::Status CheckWanted() const override { return owner_.CheckWanted(); }

 private:
  const std::string_view bytes_;
  const ByteSource& owner_;
  std::size_t offset_ = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_VIEW_SOURCE_H_
