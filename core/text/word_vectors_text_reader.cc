// The text formats of word vectors.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/base/utf8.h"
#include "core/base/view_source.h"
#include "core/text/vector_chunk.h"
#include "core/text/vector_chunks_reader.h"
#include "core/text/word_vectors_readers.h"

namespace carousel {
namespace {

bool IsNumber(std::string_view field) {
  float value;
  return ParseVectorNumber(field, value);
}

// Reads one source from its beginning to its end: line by line, or where its
// bytes can be looked at, many lines at a time by several threads, as long as
// they are what they should be. Whatever is wrong comes up in a line that is
// read by itself.
class Reader {
 public:
  // `mapped` may be null.
  Reader(ByteSource& source, const MappedBytes* mapped,
         const WordFilter& filter, int threads)
      : source_(source),
        mapped_(mapped),
        view_(mapped != nullptr ? mapped->bytes() : std::string_view(), source),
        filter_(filter),
        threads_(threads) {
    lines_.emplace(mapped != nullptr ? view_ : source);
  }

  absl::Status Run();
  WordVectors TakeVectors() && { return std::move(*collector_).Take(); }
  const WordVectorsSummary& summary() const { return collector_->summary(); }

 private:
  // False at the end. Fills fields_; the file's last lines may be empty, no
  // other.
  absl::StatusOr<bool> NextLine();
  // Takes a byte order mark off the first line.
  void DropByteOrderMark();
  // Settles format and dimension.
  absl::Status ReadFirstLine();
  absl::Status Begin(VectorFormat format, std::int64_t dimension);
  absl::Status ReadVector();
  // Where the word ends and the vector's fields begin.
  absl::StatusOr<std::size_t> CheckFieldCount() const;
  absl::Status ParseValues(std::size_t first_field);
  absl::Status CheckCount() const;

  // Reads the lines behind the current one, up to the end or to those where
  // something is odd.
  absl::Status ReadChunks();
  // As many vectors as there may be.
  std::int64_t MaxLines() const {
    return header_.has_value() ? header_->count : WordVectors::kMaxLines;
  }

  absl::Status LineError(std::string_view problem) const;
  // Names the field and its first byte.
  absl::Status FieldError(std::size_t field, std::string_view problem) const;
  absl::Status AfterLine(absl::Status status) const;

  ByteSource& source_;
  const MappedBytes* const mapped_;
  ViewSource view_;  // of mapped_
  const WordFilter& filter_;
  const int threads_;
  std::optional<LineReader> lines_;
  std::string_view line_;
  std::vector<std::string_view> fields_;
  std::optional<Word2VecHeader> header_;  // word2vec has one
  std::optional<WordVectorsCollector> collector_;
  std::vector<float> values_;  // of the current line
};

absl::Status Reader::LineError(std::string_view problem) const {
  return absl::InvalidArgumentError(
      absl::StrCat("line ", lines_->line_number(), ": ", ToAbslView(problem)));
}

absl::Status Reader::FieldError(std::size_t field,
                                std::string_view problem) const {
  const std::string_view text = fields_[field];
  return absl::InvalidArgumentError(absl::StrCat(
      "line ", lines_->line_number(), ", byte ",
      lines_->line_offset() + (text.data() - line_.data()), ": field ",
      field + 1, " is ", Quote(text), ToAbslView(problem)));
}

absl::Status Reader::AfterLine(absl::Status status) const {
  return WithContext(std::move(status),
                     absl::StrCat("after line ", lines_->line_number()));
}

absl::Status Reader::Run() {
  ASSIGN_OR_RETURN(bool more, NextLine());
  if (!more) return absl::InvalidArgumentError("it is empty: no vectors");
  DropByteOrderMark();
  RETURN_IF_ERROR(ReadFirstLine());
  if (header_.has_value()) {
    ASSIGN_OR_RETURN(more, NextLine());
  }
  for (bool is_first = true; more; is_first = false) {
    RETURN_IF_ERROR(ReadVector());
    if (is_first && mapped_ != nullptr) RETURN_IF_ERROR(ReadChunks());
    ASSIGN_OR_RETURN(more, NextLine());
  }
  return CheckCount();
}

absl::StatusOr<bool> Reader::NextLine() {
  std::int64_t empty_line = 0;
  while (true) {
    absl::StatusOr<bool> more = lines_->Next(line_);
    if (!more.ok()) return AfterLine(more.status());
    if (!*more) return false;
    SplitVectorFields(line_, fields_);
    if (!fields_.empty()) break;
    if (empty_line == 0) empty_line = lines_->line_number();
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
  header_ = ParseWord2VecHeader(fields_);
  if (header_.has_value()) {
    const absl::Status count = CheckWord2VecCount(header_->count);
    if (!count.ok()) return LineError(ToStdView(count.message()));
    return Begin(VectorFormat::kWord2VecText, header_->dimension);
  }
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
  return Begin(VectorFormat::kGloveText, static_cast<std::int64_t>(numbers));
}

absl::Status Reader::Begin(VectorFormat format, std::int64_t dimension) {
  const absl::Status checked = CheckVectorDimension(dimension);
  if (!checked.ok()) return LineError(ToStdView(checked.message()));
  values_.resize(static_cast<std::size_t>(dimension));
  std::string_view text;
  std::size_t expected = 0;
  if (mapped_ != nullptr && filter_) {
    text = mapped_->bytes();
    // No line is shorter than its numbers and what separates them, and lines
    // without a header are all about as long.
    const std::size_t line_bytes = header_.has_value()
                                       ? 2 * values_.size() + 2
                                       : std::max<std::size_t>(1, line_.size());
    expected = std::min(text.size() / line_bytes,
                        static_cast<std::size_t>(MaxLines()));
  }
  collector_.emplace(format, values_.size(), filter_, text, expected);
  return absl::OkStatus();
}

absl::Status Reader::ReadChunks() {
  const auto begin = static_cast<std::size_t>(lines_->next_offset());
  const VectorChunkParser parser(values_.size(), !header_.has_value(), filter_);
  absl::StatusOr<TakenChunks> taken = TakeVectorChunks(
      source_, *mapped_, begin, parser, MaxLines(), threads_, *collector_);
  if (!taken.ok()) return AfterLine(std::move(taken).status());
  view_.Seek(taken->end);
  lines_.emplace(view_, lines_->line_number() + taken->lines,
                 static_cast<std::int64_t>(taken->end));
  return absl::OkStatus();
}

absl::Status Reader::ReadVector() {
  const std::int64_t lines = collector_->vectors();
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
  collector_->Add(std::string_view(begin, last.data() + last.size() - begin),
                  values_);
  return absl::OkStatus();
}

absl::StatusOr<std::size_t> Reader::CheckFieldCount() const {
  const std::size_t numbers = fields_.size() - 1;
  const bool may_hold_spaces = !header_.has_value();
  if (numbers < values_.size() ||
      (numbers > values_.size() && !may_hold_spaces)) {
    return LineError(absl::StrCat(
        "a word and ", numbers, " numbers; the dimension is ", values_.size()));
  }
  const std::size_t first = fields_.size() - values_.size();
  if (first > 1 && IsNumber(fields_[first - 1])) {
    return FieldError(first - 1,
                      absl::StrCat(", one number too many; the dimension is ",
                                   values_.size()));
  }
  return first;
}

absl::Status Reader::ParseValues(std::size_t first_field) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const std::size_t field = first_field + i;
    if (!ParseVectorNumber(fields_[field], values_[i])) {
      return FieldError(field, ", which is not a number");
    }
    if (!std::isfinite(values_[i])) {
      return FieldError(field, ", which is not a finite float");
    }
  }
  return absl::OkStatus();
}

absl::Status Reader::CheckCount() const {
  const std::int64_t lines = collector_->vectors();
  if (!header_.has_value() || lines == header_->count) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("it ends after line ", lines_->line_number(), " with ",
                   lines, " words; the header says ", header_->count));
}

}  // namespace

absl::StatusOr<WordVectors> ReadTextWordVectors(ByteSource& source,
                                                const MappedBytes* mapped,
                                                const WordFilter& filter,
                                                WordVectorsSummary* summary,
                                                int threads) {
  Reader reader(source, mapped, filter, threads);
  RETURN_IF_ERROR(reader.Run());
  if (summary != nullptr) *summary = reader.summary();
  return std::move(reader).TakeVectors();
}

}  // namespace carousel
