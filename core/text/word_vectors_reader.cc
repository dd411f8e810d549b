// ReadWordVectors: the text formats of word vectors.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/base/utf8.h"
#include "core/text/word_vectors.h"
#include "fast_float/fast_float.h"

namespace carousel {
namespace {

void SplitFields(std::string_view line, std::vector<std::string_view>& fields) {
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

// Whether all of `field` is a number, "nan" and "inf" among them. What is
// nearer to zero than a float can hold is zero, what is farther is infinite.
bool ParseFloat(std::string_view field, float& value) {
  const char* const end = field.data() + field.size();
  const auto [stop, error] = fast_float::from_chars(field.data(), end, value);
  return error != std::errc::invalid_argument && stop == end;
}

bool IsNumber(std::string_view field) {
  float value;
  return ParseFloat(field, value);
}

struct Header {
  std::int64_t count = 0;
  std::int64_t dimension = 0;
};

// "count dimension", word2vec's first line.
std::optional<Header> ParseHeader(const std::vector<std::string_view>& fields) {
  Header header;
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

// Reads one source from its beginning to its end.
class Reader {
 public:
  Reader(ByteSource& source, const WordFilter& filter)
      : lines_(source), filter_(filter) {}

  absl::Status Run();
  WordVectors TakeVectors() && { return *std::move(vectors_); }
  const WordVectorsSummary& summary() const { return summary_; }

 private:
  // False at the end. Fills fields_; the file's last lines may be empty, no
  // other.
  absl::StatusOr<bool> NextLine();
  // Takes a byte order mark off the first line.
  void DropByteOrderMark();
  // Settles format and dimension.
  absl::Status ReadFirstLine();
  absl::Status SetDimension(std::int64_t dimension);
  absl::Status ReadVector();
  // Where the word ends and the vector's fields begin.
  absl::StatusOr<std::size_t> CheckFieldCount() const;
  absl::Status ParseValues(std::size_t first_field);
  void Keep(std::string_view word);
  absl::Status CheckCount() const;

  absl::Status LineError(std::string_view problem) const;
  // Names the field and its first byte.
  absl::Status FieldError(std::size_t field, std::string_view problem) const;

  LineReader lines_;
  const WordFilter& filter_;
  std::string_view line_;
  std::vector<std::string_view> fields_;
  std::optional<Header> header_;  // word2vec has one
  std::optional<WordVectors> vectors_;
  std::vector<float> values_;                  // of the current line
  absl::flat_hash_set<std::string> filtered_;  // words that were not kept
  WordVectorsSummary summary_;
};

absl::Status Reader::LineError(std::string_view problem) const {
  return absl::InvalidArgumentError(
      absl::StrCat("line ", lines_.line_number(), ": ", ToAbslView(problem)));
}

absl::Status Reader::FieldError(std::size_t field,
                                std::string_view problem) const {
  const std::string_view text = fields_[field];
  return absl::InvalidArgumentError(absl::StrCat(
      "line ", lines_.line_number(), ", byte ",
      lines_.line_offset() + (text.data() - line_.data()), ": field ",
      field + 1, " is ", Quote(text), ToAbslView(problem)));
}

absl::Status Reader::Run() {
  ASSIGN_OR_RETURN(bool more, NextLine());
  if (!more) return absl::InvalidArgumentError("it is empty: no vectors");
  DropByteOrderMark();
  RETURN_IF_ERROR(ReadFirstLine());
  if (header_.has_value()) {
    ASSIGN_OR_RETURN(more, NextLine());
  }
  while (more) {
    RETURN_IF_ERROR(ReadVector());
    ASSIGN_OR_RETURN(more, NextLine());
  }
  return CheckCount();
}

absl::StatusOr<bool> Reader::NextLine() {
  std::int64_t empty_line = 0;
  while (true) {
    absl::StatusOr<bool> more = lines_.Next(line_);
    if (!more.ok()) {
      return WithContext(more.status(),
                         absl::StrCat("after line ", lines_.line_number()));
    }
    if (!*more) return false;
    SplitFields(line_, fields_);
    if (!fields_.empty()) break;
    if (empty_line == 0) empty_line = lines_.line_number();
  }
  if (empty_line == 0) return true;
  return absl::InvalidArgumentError(
      absl::StrCat("line ", empty_line, " is empty, and more lines follow"));
}

void Reader::DropByteOrderMark() {
  std::string_view& first = fields_.front();
  if (!first.starts_with(kByteOrderMark)) return;
  first.remove_prefix(kByteOrderMark.size());
  if (first.empty() && fields_.size() > 1) fields_.erase(fields_.begin());
}

absl::Status Reader::ReadFirstLine() {
  header_ = ParseHeader(fields_);
  if (header_.has_value()) {
    summary_.format = VectorFormat::kWord2VecText;
    if (header_->count < 1 || header_->count > WordVectors::kMaxLines) {
      return LineError(absl::StrCat("the header says ", header_->count,
                                    " words; it must say 1 to ",
                                    WordVectors::kMaxLines));
    }
    return SetDimension(header_->dimension);
  }
  summary_.format = VectorFormat::kGloveText;
  std::size_t numbers = 0;
  while (numbers + 1 < fields_.size() &&
         IsNumber(fields_[fields_.size() - 1 - numbers])) {
    ++numbers;
  }
  if (numbers == 0) {
    return LineError(
        absl::StrCat("neither word2vec's \"count dimension\" nor a word and "
                     "its vector, but ",
                     Quote(line_)));
  }
  return SetDimension(static_cast<std::int64_t>(numbers));
}

absl::Status Reader::SetDimension(std::int64_t dimension) {
  constexpr std::int64_t kMaxDimension = WordVectors::kMaxDimension;
  if (dimension < 1 || dimension > kMaxDimension) {
    return LineError(absl::StrCat("the dimension is ", dimension,
                                  "; it must be in [1, ", kMaxDimension, "]"));
  }
  summary_.dimension = static_cast<std::size_t>(dimension);
  values_.resize(summary_.dimension);
  vectors_.emplace(summary_.dimension);
  return absl::OkStatus();
}

absl::Status Reader::ReadVector() {
  const std::int64_t lines = summary_.words + summary_.duplicates;
  if (header_.has_value() && lines == header_->count) {
    return LineError(absl::StrCat("the header says ", header_->count,
                                  " words, and here is one more"));
  }
  if (lines == WordVectors::kMaxLines) {
    return LineError(absl::StrCat("a file has at most ", lines,
                                  " vectors, and here is one more"));
  }
  ASSIGN_OR_RETURN(const std::size_t first, CheckFieldCount());
  RETURN_IF_ERROR(ParseValues(first));
  const std::string_view last = fields_[first - 1];
  const char* const begin = fields_[0].data();
  Keep(std::string_view(begin, last.data() + last.size() - begin));
  return absl::OkStatus();
}

absl::StatusOr<std::size_t> Reader::CheckFieldCount() const {
  const std::size_t numbers = fields_.size() - 1;
  const bool may_hold_spaces = !header_.has_value();
  if (numbers < summary_.dimension ||
      (numbers > summary_.dimension && !may_hold_spaces)) {
    return LineError(absl::StrCat("a word and ", numbers,
                                  " numbers; the dimension is ",
                                  summary_.dimension));
  }
  const std::size_t first = fields_.size() - summary_.dimension;
  if (first > 1 && IsNumber(fields_[first - 1])) {
    return FieldError(first - 1,
                      absl::StrCat(", one number too many; the dimension is ",
                                   summary_.dimension));
  }
  return first;
}

absl::Status Reader::ParseValues(std::size_t first_field) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const std::size_t field = first_field + i;
    if (!ParseFloat(fields_[field], values_[i])) {
      return FieldError(field, ", which is not a number");
    }
    if (!std::isfinite(values_[i])) {
      return FieldError(field, ", which is not a finite float");
    }
  }
  return absl::OkStatus();
}

void Reader::Keep(std::string_view word) {
  const bool wanted = !filter_ || filter_(word);
  const bool is_new =
      wanted ? vectors_->Add(word, values_) : filtered_.emplace(word).second;
  ++(is_new ? summary_.words : summary_.duplicates);
}

absl::Status Reader::CheckCount() const {
  const std::int64_t lines = summary_.words + summary_.duplicates;
  if (!header_.has_value() || lines == header_->count) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("it ends after line ", lines_.line_number(), " with ", lines,
                   " words; the header says ", header_->count));
}

}  // namespace

absl::StatusOr<WordVectors> ReadWordVectors(ByteSource& source,
                                            const WordFilter& filter,
                                            WordVectorsSummary* summary) {
  Reader reader(source, filter);
  RETURN_IF_ERROR(reader.Run());
  if (summary != nullptr) *summary = reader.summary();
  return std::move(reader).TakeVectors();
}

}  // namespace carousel
