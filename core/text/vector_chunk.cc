#include "core/text/vector_chunk.h"

#include <algorithm>
#include <cmath>

#include "core/base/byte_source.h"
#include "core/text/plain_numbers.h"
#include "core/text/word_vectors_readers.h"
#include "fast_float/fast_float.h"

namespace carousel {
namespace {

bool IsFiniteNumber(std::string_view field) {
  float value;
  return ParseVectorNumber(field, value) && std::isfinite(value);
}

// Takes the first line off `text`. Nothing for one that LineReader refuses.
std::optional<std::string_view> TakeLine(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  if (line.size() > LineReader::kMaxLineBytes) return std::nullopt;
  const bool is_ended = end < text.size();
  text.remove_prefix(end + (is_ended ? 1 : 0));
  if (is_ended && line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Numbers that were looked at, and are as many as `values` has room for.
void ReadNumbers(std::string_view numbers, std::span<float> values) {
  const char* at = numbers.data();
  const char* const end = at + numbers.size();
  for (float& value : values) {
    while (*at == ' ' || *at == '\t') ++at;
    at = fast_float::from_chars(at, end, value).ptr;
  }
}

}  // namespace

std::optional<std::size_t> FindVectorFields(
    const std::vector<std::string_view>& fields, std::size_t dimension,
    bool words_hold_spaces) {
  if (fields.size() < dimension + 1) return std::nullopt;
  const std::size_t first = fields.size() - dimension;
  if (first == 1) return first;
  float value;
  if (!words_hold_spaces || ParseVectorNumber(fields[first - 1], value)) {
    return std::nullopt;
  }
  return first;
}

std::optional<ParsedVectors::Row> VectorChunkParser::ParseLine(
    std::string_view line, std::vector<std::string_view>& fields) const {
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::string_view numbers = line.substr(space);
  if (space > 0 && CountPlainNumbers(numbers) == dimension_ &&
      line.substr(0, space).find('\t') == std::string_view::npos) {
    return ParsedVectors::Row{.word = line.substr(0, space),
                              .numbers = numbers};
  }
  SplitVectorFields(line, fields);
  const auto first = FindVectorFields(fields, dimension_, words_hold_spaces_);
  if (!first.has_value() ||
      !std::all_of(fields.begin() + *first, fields.end(), IsFiniteNumber)) {
    return std::nullopt;
  }
  const std::string_view last = fields[*first - 1];
  const std::size_t begin = fields[0].data() - line.data();
  const std::size_t end = last.data() + last.size() - line.data();
  return ParsedVectors::Row{.word = line.substr(begin, end - begin),
                            .numbers = line.substr(end)};
}

void VectorChunkParser::AskFilter(std::vector<ParsedVectors::Row>& rows) const {
  if (!filter_) {
    for (ParsedVectors::Row& row : rows) row.is_wanted = true;
    return;
  }
  MutexLock lock(filter_mutex_);
  for (ParsedVectors::Row& row : rows) row.is_wanted = filter_(row.word);
}

ParsedVectors VectorChunkParser::Parse(VectorChunk chunk) const {
  ParsedVectors parsed{.text = chunk.text};
  std::vector<std::string_view> fields;
  for (std::string_view text = chunk.text; !text.empty();) {
    const auto line = TakeLine(text);
    const auto row = line.has_value() ? ParseLine(*line, fields) : std::nullopt;
    if (!row.has_value()) return {.text = chunk.text, .is_odd = true};
    parsed.rows.push_back(*row);
  }
  AskFilter(parsed.rows);
  const auto wanted = static_cast<std::size_t>(
      std::ranges::count(parsed.rows, true, &ParsedVectors::Row::is_wanted));
  parsed.values.resize(wanted * dimension_);
  std::span<float> left(parsed.values);
  for (const ParsedVectors::Row& row : parsed.rows) {
    if (!row.is_wanted) continue;
    ReadNumbers(row.numbers, left.first(dimension_));
    left = left.subspan(dimension_);
  }
  return parsed;
}

}  // namespace carousel
