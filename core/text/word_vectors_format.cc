// ReadWordVectors: which format a file has.
#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/status_macros.h"
#include "core/base/utf8.h"
#include "core/text/word_vectors_readers.h"

namespace carousel {
namespace {

// Bytes that were read already, then the rest of their source.
class ReplayedSource final : public ByteSource {
 public:
  explicit ReplayedSource(ByteSource& source) : source_(source) {}

  // Reads up to `size` bytes, to be given again. What goes wrong is kept for
  // whoever reads that far.
  std::string_view Peek(std::size_t size) {
    beginning_.resize(size);
    std::size_t filled = 0;
    while (filled < size) {
      const absl::StatusOr<std::size_t> count =
          source_.Read(beginning_.data() + filled, size - filled);
      error_ = count.status();
      if (!count.ok() || *count == 0) break;
      filled += *count;
    }
    beginning_.resize(filled);
    return beginning_;
  }

  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    if (position_ < beginning_.size()) {
      const std::size_t count = beginning_.copy(buffer, size, position_);
      position_ += count;
      return count;
    }
    RETURN_IF_ERROR(error_);
    return source_.Read(buffer, size);
  }

  absl::Status CheckWanted() const override { return source_.CheckWanted(); }

 private:
  ByteSource& source_;
  std::string beginning_;
  std::size_t position_ = 0;
  absl::Status error_;
};

// Control characters, or what is not UTF-8; a character that the end cuts may
// go on.
bool HoldsNoText(std::string_view bytes) {
  const bool has_controls = std::ranges::any_of(bytes, [](char c) {
    return (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') ||
           c == 0x7F;
  });
  const auto invalid = FindInvalidUtf8(bytes);
  constexpr std::size_t kLongestCut = 3;
  return has_controls ||
         (invalid.has_value() && *invalid + kLongestCut < bytes.size());
}

bool IsVectorLine(std::string_view line, std::size_t dimension) {
  std::vector<std::string_view> fields;
  if (line.ends_with('\r')) line.remove_suffix(1);
  SplitVectorFields(line, fields);
  return fields.size() == dimension + 1 &&
         std::all_of(fields.begin() + 1, fields.end(),
                     [](std::string_view field) {
                       float value;
                       return ParseVectorNumber(field, value);
                     });
}

}  // namespace

bool LooksLikeBinaryWordVectors(std::string_view beginning) {
  const std::size_t line_end = beginning.find('\n');
  if (line_end == std::string_view::npos) return false;
  std::vector<std::string_view> fields;
  SplitVectorFields(beginning.substr(0, line_end), fields);
  const auto header = ParseWord2VecHeader(fields);
  if (!header.has_value() || !CheckVectorDimension(header->dimension).ok()) {
    return false;
  }
  const auto dimension = static_cast<std::size_t>(header->dimension);
  const std::string_view vectors = beginning.substr(line_end + 1);
  if (IsVectorLine(vectors.substr(0, vectors.find('\n')), dimension)) {
    return false;
  }
  const std::size_t space = vectors.find(' ');
  return HoldsNoText(
      space == std::string_view::npos
          ? vectors
          : vectors.substr(space + 1, dimension * sizeof(float)));
}

absl::StatusOr<WordVectors> ReadWordVectors(ByteSource& source,
                                            const WordFilter& filter,
                                            WordVectorsSummary* summary,
                                            int threads) {
  if (threads <= 0) {
    threads =
        std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }
  ReplayedSource replayed(source);
  if (LooksLikeBinaryWordVectors(replayed.Peek(kBinaryProbeBytes))) {
    return ReadBinaryWordVectors(replayed, filter, summary);
  }
  return ReadTextWordVectors(replayed, source.Map(), filter, summary, threads);
}

}  // namespace carousel
