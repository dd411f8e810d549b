// Comma-separated values by RFC 4180.
#ifndef CAROUSEL_CORE_BASE_CSV_READER_H_
#define CAROUSEL_CORE_BASE_CSV_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/byte_source.h"

namespace carousel {

// Reads records one by one: fields in quotes may hold commas, line ends and
// doubled quotes; lines end with LF or CRLF; a byte order mark is skipped; an
// empty line is skipped. Not thread-safe; borrows the source.
class CsvReader {
 public:
  static constexpr std::size_t kMaxFieldBytes = 16 << 20;
  static constexpr std::size_t kMaxColumns = 4096;

  // Reads the header. INVALID_ARGUMENT for an empty file, a header that is not
  // UTF-8 or one with a repeated name.
  static absl::StatusOr<std::unique_ptr<CsvReader>> Create(ByteSource& source);

  // The column of that name; INVALID_ARGUMENT listing the columns there are.
  absl::StatusOr<std::size_t> FindColumn(std::string_view name) const;
  const std::vector<std::string>& header() const { return header_; }

  // False at the end. INVALID_ARGUMENT, naming the row and the line where it
  // begins, for a wrong number of fields, a quote left open (a file cut in
  // the middle), a quote inside an unquoted field, or a field too large. Not
  // to be called again after an error.
  absl::StatusOr<bool> Next(std::vector<std::string>& fields);

  // The number of the record that Next gave last: 1 is the first after the
  // header. The line where it begins: 1 is the first of the file.
  std::int64_t row() const { return row_; }
  std::int64_t line() const { return record_line_; }
  // Both as errors name them: "row 3 (line 7)", or "header" before any row.
  std::string Where() const;

 private:
  enum class FieldEnd { kComma, kLine, kFile };

  explicit CsvReader(ByteSource& source);
  absl::Status SkipByteOrderMark();
  absl::Status ReadHeader();
  // One record; false at the end.
  absl::StatusOr<bool> ReadRecord(std::vector<std::string>& fields);
  absl::StatusOr<FieldEnd> ReadUnquotedField(std::string& field);
  absl::StatusOr<FieldEnd> ReadQuotedField(std::string& field);
  // What follows a closing quote; nothing when the quote was a doubled one.
  absl::StatusOr<std::optional<FieldEnd>> ReadAfterQuote();
  // Moves the buffer's bytes before `end` to the field.
  absl::Status TakeUntil(std::size_t end, std::string& field);
  // Whether there is a byte at position_, reading more when there was none.
  absl::StatusOr<bool> HasMore();
  absl::Status Error(std::string_view what) const;

  ByteSource& source_;
  std::string buffer_;
  std::size_t position_ = 0;
  std::size_t filled_ = 0;
  std::vector<std::string> header_;
  std::int64_t row_ = 0;
  std::int64_t line_ = 1;         // of the byte at position_
  std::int64_t record_line_ = 1;  // of the record's first byte
};

// The field as CSV writes it: in quotes where it must be.
std::string CsvField(std::string_view field);

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_CSV_READER_H_
