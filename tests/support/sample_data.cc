#include "tests/support/sample_data.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "tests/support/tiny_model.h"

namespace carousel {
namespace {

constexpr std::array<const char*, 3> kPositive = {"good", "great", "wonderful"};
constexpr std::array<const char*, 3> kNegative = {"bad", "awful", "terrible"};
constexpr int kDimension = 8;

}  // namespace

std::string SampleReviews(int rows) {
  std::string csv = "id,review,sentiment\n";
  for (int row = 0; row < rows; ++row) {
    const bool positive = row % 2 == 0;
    const auto& words = positive ? kPositive : kNegative;
    absl::StrAppend(&csv, row, ",\"The film no ", row, " was ",
                    words[row / 2 % 3], ", a ", words[row % 3], " film\",",
                    positive ? "pos" : "neg", "\n");
  }
  return csv;
}

std::string SampleVectors() {
  std::string text;
  int word_number = 0;
  for (const std::string& word : TinyModelWords()) {
    absl::StrAppend(&text, word);
    for (int i = 0; i < kDimension; ++i) {
      absl::StrAppend(&text, " ", (word_number * 7 + i * 3) % 11 / 10.0 - 0.5);
    }
    absl::StrAppend(&text, "\n");
    ++word_number;
  }
  return text;
}

}  // namespace carousel
