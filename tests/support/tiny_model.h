// A model folder that is small enough for a test to write in no time.
#ifndef CAROUSEL_TESTS_SUPPORT_TINY_MODEL_H_
#define CAROUSEL_TESTS_SUPPORT_TINY_MODEL_H_

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace carousel {

// The words that the model knows, the most frequent first.
const std::vector<std::string>& TinyModelWords();

// Writes a whole model folder into `folder`, which must exist: random weights
// from `seed`, texts without punctuation cut to 16 tokens, labels spelt "neg"
// and "pos".
absl::Status WriteTinyModel(const std::filesystem::path& folder, int seed = 1);

// The same with a model that can read a text as it comes: it pools by max, mean
// and last state, and keeps a text's beginning.
absl::Status WriteStreamableModel(const std::filesystem::path& folder);

// The same with weights so large, each still a number, that no answer is one:
// the model is read without an error and fails its warm-up.
absl::Status WriteOverflowingModel(const std::filesystem::path& folder);

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_TINY_MODEL_H_
