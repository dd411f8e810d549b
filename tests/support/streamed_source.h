// Bytes that come one after the other, as out of a pipe: they cannot be mapped.
#ifndef CAROUSEL_TESTS_SUPPORT_STREAMED_SOURCE_H_
#define CAROUSEL_TESTS_SUPPORT_STREAMED_SOURCE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/byte_source.h"

namespace carousel {

class StreamedSource final : public ByteSource {
 public:
  explicit StreamedSource(std::string_view content)
      : source_(MakeMemorySource(std::string(content))) {}
  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    return source_->Read(buffer, size);
  }

 private:
  const std::unique_ptr<ByteSource> source_;
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_STREAMED_SOURCE_H_
