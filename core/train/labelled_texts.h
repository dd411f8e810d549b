// What a model learns from and is measured on.
#ifndef CAROUSEL_CORE_TRAIN_LABELLED_TEXTS_H_
#define CAROUSEL_CORE_TRAIN_LABELLED_TEXTS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/base/sha256.h"
#include "core/text/encoder.h"

namespace carousel {

// Encoded texts with their labels, 0 or 1, as many of these as of those.
struct LabelledTexts {
  std::vector<EncodedText> texts;
  std::vector<float> labels;
};

// INVALID_ARGUMENT when there is none, or not one label a text. `name` says
// which texts, "training".
absl::Status CheckLabelledTexts(std::string_view name,
                                const LabelledTexts& texts);

// Adds tokens and labels to a digest.
void HashLabelledTexts(const LabelledTexts& texts, Sha256& hash);
// Adds the number of values, and the values.
template <typename T>
void HashVector(const std::vector<T>& values, Sha256& hash) {
  const std::uint64_t size = values.size();
  hash.Update({reinterpret_cast<const char*>(&size), sizeof(size)});
  hash.Update({reinterpret_cast<const char*>(values.data()),
               values.size() * sizeof(T)});
}

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_LABELLED_TEXTS_H_
