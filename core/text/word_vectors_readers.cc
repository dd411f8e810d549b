#include "core/text/word_vectors_readers.h"

#include <algorithm>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "fast_float/fast_float.h"

namespace carousel {

void SplitVectorFields(std::string_view line,
                       std::vector<std::string_view>& fields) {
  fields.clear();
  const char* const end = line.data() + line.size();
  const auto separates = [](char c) { return c == ' ' || c == '\t'; };
  for (const char* at = line.data(); at != end;) {
    if (separates(*at)) {
      ++at;
      continue;
    }
    const char* const begin = at;
    while (at != end && !separates(*at)) ++at;
    fields.emplace_back(begin, at - begin);
  }
}

bool ParseVectorNumber(std::string_view field, float& value) {
  const char* const end = field.data() + field.size();
  const auto [stop, error] = fast_float::from_chars(field.data(), end, value);
  return error != std::errc::invalid_argument && stop == end;
}

std::optional<Word2VecHeader> ParseWord2VecHeader(
    const std::vector<std::string_view>& fields) {
  Word2VecHeader header;
  if (fields.size() != 2) return std::nullopt;
  for (const std::string_view field : fields) {
    if (!std::ranges::all_of(field, absl::ascii_isdigit)) return std::nullopt;
  }
  if (!absl::SimpleAtoi(ToAbslView(fields[0]), &header.count) ||
      !absl::SimpleAtoi(ToAbslView(fields[1]), &header.dimension)) {
    return std::nullopt;
  }
  return header;
}

absl::Status CheckWord2VecCount(std::int64_t count) {
  if (count >= 1 && count <= WordVectors::kMaxLines) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the header says ", count,
                                                 " words; it must say 1 to ",
                                                 WordVectors::kMaxLines));
}

absl::Status CheckVectorDimension(std::int64_t dimension) {
  constexpr std::int64_t kMaxDimension = WordVectors::kMaxDimension;
  if (dimension >= 1 && dimension <= kMaxDimension) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the dimension is ", dimension,
                                                 "; it must be in [1, ",
                                                 kMaxDimension, "]"));
}

WordVectorsCollector::WordVectorsCollector(VectorFormat format,
                                           std::size_t dimension,
                                           const WordFilter& filter,
                                           std::string_view text,
                                           std::size_t expected)
    : filter_(filter),
      vectors_(dimension),
      filtered_(text, expected),
      summary_{.format = format, .dimension = dimension} {}

void WordVectorsCollector::Add(std::string_view word,
                               std::span<const float> values) {
  if (!filter_ || filter_(word)) {
    AddWanted(word, values);
  } else {
    AddUnwanted(word);
  }
}

}  // namespace carousel
