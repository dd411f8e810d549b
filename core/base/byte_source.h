// A stream of bytes to read once, whatever it comes from: a file, a gzipped
// file (RFC 1952, told apart by its magic bytes, never by its name), memory.
#ifndef CAROUSEL_CORE_BASE_BYTE_SOURCE_H_
#define CAROUSEL_CORE_BASE_BYTE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/mapped_bytes.h"

namespace carousel {

// Not thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Reads up to `size` bytes into `buffer`; 0 means the end. A gzip stream
  // that is cut or damaged is DATA_LOSS with the compressed offset.
  virtual absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) = 0;

  // All of the source's bytes, from the first on whatever Read() gave, for who
  // wants to look at them in an order or with threads of its own: of a plain
  // file or memory. Null where they come one after the other, as out of gzip or
  // a pipe. Valid as long as the source. Who reads them so asks CheckWanted()
  // now and then, which fails where Read() would since nobody wants them any
  // more; any thread may ask.
  virtual const MappedBytes* Map() { return nullptr; }
  virtual absl::Status CheckWanted() const { return absl::OkStatus(); }
};

// Opens a plain or gzipped file, which must not be cut while it is read.
// NOT_FOUND when there is none. `name` is what errors call a gzip stream;
// empty: its path.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenByteSource(
    const std::filesystem::path& path, std::string name = "");

// Reads from memory, unzipping when it begins with gzip's magic bytes.
std::unique_ptr<ByteSource> MakeMemorySource(std::string content);

// Reads lines ended by LF or CRLF (the end is not part of the line). Not
// thread-safe; borrows `source`, which must outlive it.
class LineReader {
 public:
  explicit LineReader(ByteSource& source);
  // Of a source that begins behind line `line_number`, at `offset` of what the
  // numbers count.
  LineReader(ByteSource& source, std::int64_t line_number, std::int64_t offset);

  // False at the end of the source. `line` is valid until the next call. A
  // line of more than kMaxLineBytes is INVALID_ARGUMENT with its number. After
  // an error it must not be called again.
  absl::StatusOr<bool> Next(std::string_view& line);

  // The number of the line that Next gave last, from 1.
  std::int64_t line_number() const { return line_number_; }
  // The offset of the first byte of that line, in the uncompressed stream.
  std::int64_t line_offset() const { return line_offset_; }
  // The offset of the first byte behind that line and its end.
  std::int64_t next_offset() const { return next_offset_; }

  static constexpr std::size_t kMaxLineBytes = 16 << 20;

 private:
  // Appends the next block of the source to buffer_.
  absl::Status Refill();
  absl::Status CheckLength(std::size_t bytes) const;

  ByteSource& source_;
  std::string buffer_;
  std::size_t begin_ = 0;
  bool at_end_ = false;
  std::int64_t line_number_ = 0;
  std::int64_t line_offset_ = 0;
  std::int64_t next_offset_ = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_BYTE_SOURCE_H_
