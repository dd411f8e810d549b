// Comma-separated values by RFC 4180.
#ifndef CAROUSEL_CORE_DATA_CSV_READER_H_
#define CAROUSEL_CORE_DATA_CSV_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/byte_source.h"

namespace carousel {

// Reads records one by one: fields in quotes may hold commas, line ends and
// doubled quotes; lines end with LF or CRLF; a byte order mark is skipped; an
// empty line is skipped. Not thread-safe; borrows the source.
class CsvReader {
 public:
  static constexpr std::size_t kMaxFieldBytes = 16 << 20;

  // Reads the header. INVALID_ARGUMENT for an empty file or a header with a
  // repeated name.
  static absl::StatusOr<std::unique_ptr<CsvReader>> Create(ByteSource& source);

  // The column of that name; NOT_FOUND listing the columns there are.
  absl::StatusOr<std::size_t> FindColumn(std::string_view name) const;
  const std::vector<std::string>& header() const { return header_; }

  // False at the end. INVALID_ARGUMENT, naming the row and the line where it
  // begins, for a wrong number of fields, a quote left open (a file cut in
  // the middle), a quote inside an unquoted field, or a field too large.
  absl::StatusOr<bool> Next(std::vector<std::string>& fields);

  // The number of the record that Next gave last: 1 is the first after the
  // header.
  std::int64_t row() const { return row_; }

 private:
  explicit CsvReader(ByteSource& source) : source_(source) {}
  // One record; false at the end.
  absl::StatusOr<bool> ReadRecord(std::vector<std::string>& fields);
  absl::StatusOr<int> NextByte();  // -1 at the end
  absl::StatusOr<int> PeekByte();

  ByteSource& source_;
  std::string buffer_;
  std::size_t position_ = 0;
  std::size_t filled_ = 0;
  std::vector<std::string> header_;
  std::int64_t row_ = 0;
  std::int64_t line_ = 1;
};

// The field as CSV writes it: in quotes where it must be.
std::string CsvField(std::string_view field);

}  // namespace carousel

#endif  // CAROUSEL_CORE_DATA_CSV_READER_H_
