#include "core/text/word_vectors.h"

#include "core/base/strings.h"

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

bool WordVectors::Add(std::string_view word, std::span<const float> values) {
  if (!rows_.emplace(word, words_.size()).second) return false;
  words_.emplace_back(word);
  values_.insert(values_.end(), values.begin(), values.end());
  return true;
}

std::span<const float> WordVectors::Find(std::string_view word) const {
  const auto found = rows_.find(ToAbslView(word));
  if (found == rows_.end()) return {};
  return vector(found->second);
}

std::span<const float> WordVectors::vector(std::size_t row) const {
  return std::span(values_).subspan(row * dimension_, dimension_);
}

}  // namespace carousel
