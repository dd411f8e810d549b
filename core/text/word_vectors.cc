#include "core/text/word_vectors.h"

#include <algorithm>

namespace carousel {

std::string_view ToString(VectorFormat format) {
  switch (format) {
    case VectorFormat::kWord2VecText:
      return "word2vec";
    case VectorFormat::kGloveText:
      return "glove";
    case VectorFormat::kWord2VecBinary:
      return "word2vec-binary";
  }
  return "";
}

WordVectors::WordVectors(std::size_t dimension) : dimension_(dimension) {
  constexpr std::size_t kBlockNumbers = 1 << 16;  // 256 KiB
  block_rows_ = std::max<std::size_t>(
      1, kBlockNumbers / std::max<std::size_t>(1, dimension));
}

bool WordVectors::Add(std::string_view word, std::span<const float> values) {
  const std::size_t row = words_.size();
  if (!words_.Add(word)) return false;
  if (row % block_rows_ == 0) {
    blocks_.push_back(
        std::make_unique_for_overwrite<float[]>(block_rows_ * dimension_));
  }
  std::ranges::copy(values,
                    blocks_.back().get() + row % block_rows_ * dimension_);
  return true;
}

std::span<const float> WordVectors::Find(std::string_view word) const {
  const std::int32_t row = words_.Find(word);
  if (row == WordTable::kNone) return {};
  return vector(static_cast<std::size_t>(row));
}

std::span<const float> WordVectors::vector(std::size_t row) const {
  return {blocks_[row / block_rows_].get() + row % block_rows_ * dimension_,
          dimension_};
}

}  // namespace carousel
