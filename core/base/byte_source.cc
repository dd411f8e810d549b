#include "core/base/byte_source.h"

#include <fcntl.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/file_descriptor.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::size_t kBlockBytes = 64 << 10;

class FileSource final : public ByteSource {
 public:
  explicit FileSource(FileDescriptor file) : file_(std::move(file)) {}

  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    return file_.Read(buffer, size);
  }

  const MappedBytes* Map() override {
    if (!mapped_.has_value()) {
      if (auto mapped = MappedBytes::Map(file_))
        mapped_.emplace(*std::move(mapped));
    }
    return mapped_.has_value() ? &*mapped_ : nullptr;
  }

 private:
  FileDescriptor file_;
  std::optional<MappedBytes> mapped_;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string content)
      : content_(std::move(content)), mapped_(content_) {}

  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    const std::size_t count = content_.copy(buffer, size, offset_);
    offset_ += count;
    return count;
  }

  const MappedBytes* Map() override { return &mapped_; }

 private:
  const std::string content_;
  const MappedBytes mapped_;
  std::size_t offset_ = 0;
};

// Gives `start`, which was read from `rest` to look at it, then `rest`. A pipe
// can be looked at only so.
class RejoinedSource final : public ByteSource {
 public:
  RejoinedSource(std::string start, std::unique_ptr<ByteSource> rest)
      : start_(std::move(start)), rest_(std::move(rest)) {}

  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    if (offset_ == start_.size()) return rest_->Read(buffer, size);
    const std::size_t count = start_.copy(buffer, size, offset_);
    offset_ += count;
    return count;
  }

  const MappedBytes* Map() override { return rest_->Map(); }

 private:
  const std::string start_;
  std::size_t offset_ = 0;
  const std::unique_ptr<ByteSource> rest_;
};

// One or more gzip members, one after the other (RFC 1952, section 2.2).
class GzipSource final : public ByteSource {
 public:
  // `name` says in messages what is being read.
  GzipSource(std::string name, std::unique_ptr<ByteSource> compressed)
      : name_(std::move(name)), compressed_(std::move(compressed)) {}
  ~GzipSource() override {
    if (in_member_) inflateEnd(&stream_);
  }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    if (size == 0) return 0;
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out =
        static_cast<uInt>(std::min<std::size_t>(size, 1u << 30));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out == wanted) {
      if (stream_.avail_in == 0) {
        ASSIGN_OR_RETURN(const bool more, Refill());
        if (!more) return in_member_ ? Broken("ends too early") : End();
      }
      RETURN_IF_ERROR(Inflate());
    }
    return wanted - stream_.avail_out;
  }

 private:
  static absl::StatusOr<std::size_t> End() { return 0; }

  absl::StatusOr<bool> Refill() {
    ASSIGN_OR_RETURN(const std::size_t count,
                     compressed_->Read(input_.data(), input_.size()));
    offset_ += count;
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(count);
    return count > 0;
  }

  absl::Status Inflate() {
    if (!in_member_) {
      constexpr int kGzipOnly = 16;  // added to the window size, as zlib asks
      if (inflateInit2(&stream_, MAX_WBITS + kGzipOnly) != Z_OK) {
        return absl::ResourceExhaustedError(
            absl::StrCat(name_, ": no memory to unzip"));
      }
      in_member_ = true;
    }
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      inflateEnd(&stream_);
      in_member_ = false;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return Broken(stream_.msg != nullptr ? stream_.msg : "is damaged");
    }
    return absl::OkStatus();
  }

  absl::Status Broken(std::string_view what) const {
    return absl::DataLossError(
        absl::StrCat(name_, ": the gzip stream is broken at byte ",
                     offset_ - stream_.avail_in, ": ", std::string(what)));
  }

  const std::string name_;
  const std::unique_ptr<ByteSource> compressed_;
  std::array<char, kBlockBytes> input_;
  std::uint64_t offset_ = 0;  // of the end of input_, in the compressed stream
  z_stream stream_ = {};
  bool in_member_ = false;
};

// Reads the first bytes and decides by them.
absl::StatusOr<std::unique_ptr<ByteSource>> UnzipIfGzip(
    std::string name, std::unique_ptr<ByteSource> source) {
  std::string start(kGzipMagic.size(), '\0');
  std::size_t count = 0;
  while (count < start.size()) {
    ASSIGN_OR_RETURN(const std::size_t read,
                     source->Read(start.data() + count, start.size() - count));
    if (read == 0) break;
    count += read;
  }
  start.resize(count);
  const bool is_gzip = start == kGzipMagic;
  source =
      std::make_unique<RejoinedSource>(std::move(start), std::move(source));
  if (is_gzip) {
    source = std::make_unique<GzipSource>(std::move(name), std::move(source));
  }
  return source;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ByteSource>> OpenByteSource(
    const std::filesystem::path& path, std::string name) {
  ASSIGN_OR_RETURN(FileDescriptor file, FileDescriptor::Open(path, O_RDONLY));
  return UnzipIfGzip(name.empty() ? path.string() : std::move(name),
                     std::make_unique<FileSource>(std::move(file)));
}

std::unique_ptr<ByteSource> MakeMemorySource(std::string content) {
  const bool is_gzip = content.compare(0, kGzipMagic.size(), kGzipMagic) == 0;
  std::unique_ptr<ByteSource> source =
      std::make_unique<MemorySource>(std::move(content));
  if (!is_gzip) return source;
  return std::make_unique<GzipSource>("content", std::move(source));
}

LineReader::LineReader(ByteSource& source) : LineReader(source, 0, 0) {}

LineReader::LineReader(ByteSource& source, std::int64_t line_number,
                       std::int64_t offset)
    : source_(source), line_number_(line_number), next_offset_(offset) {}

absl::StatusOr<bool> LineReader::Next(std::string_view& line) {
  // What was looked through already is not looked through again, so a long
  // line costs no more a byte than a short one.
  std::size_t searched = begin_;
  std::size_t end = buffer_.find('\n', searched);
  while (end == std::string::npos && !at_end_) {
    searched = buffer_.size() - begin_;
    buffer_.erase(0, begin_);
    begin_ = 0;
    RETURN_IF_ERROR(CheckLength(searched));
    RETURN_IF_ERROR(Refill());
    end = buffer_.find('\n', searched);
  }
  const bool has_newline = end != std::string::npos;
  if (!has_newline) end = buffer_.size();
  if (!has_newline && end == begin_) return false;
  RETURN_IF_ERROR(CheckLength(end - begin_));
  line = std::string_view(buffer_).substr(begin_, end - begin_);
  const std::size_t taken = line.size() + (has_newline ? 1 : 0);
  if (has_newline && line.ends_with('\r')) line.remove_suffix(1);
  ++line_number_;
  line_offset_ = next_offset_;
  next_offset_ += static_cast<std::int64_t>(taken);
  begin_ += taken;
  return true;
}

absl::Status LineReader::Refill() {
  const std::size_t size = buffer_.size();
  buffer_.resize(size + kBlockBytes);
  absl::StatusOr<std::size_t> count =
      source_.Read(buffer_.data() + size, kBlockBytes);
  buffer_.resize(size + (count.ok() ? *count : 0));
  RETURN_IF_ERROR(count.status());
  at_end_ = *count == 0;
  return absl::OkStatus();
}

absl::Status LineReader::CheckLength(std::size_t bytes) const {
  if (bytes <= kMaxLineBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "line ", line_number_ + 1, " is longer than ", kMaxLineBytes, " bytes"));
}

}  // namespace carousel
