// word2vec's binary format of word vectors.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/text/word_vectors_readers.h"

namespace carousel {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the files hold floats in little endian");

// A source of which the next bytes can be looked at.
class PeekedSource {
 public:
  explicit PeekedSource(ByteSource& source) : source_(source) {}

  // The next `size` bytes, fewer before the end; valid until the next call.
  absl::StatusOr<std::string_view> Peek(std::size_t size) {
    if (buffer_.size() - begin_ < size) RETURN_IF_ERROR(Fill(size));
    return std::string_view(buffer_).substr(begin_, size);
  }

  void Skip(std::size_t size) {
    begin_ += size;
    offset_ += static_cast<std::int64_t>(size);
  }

  // Of the next byte.
  std::int64_t offset() const { return offset_; }

 private:
  absl::Status Fill(std::size_t size) {
    buffer_.erase(0, begin_);
    begin_ = 0;
    while (buffer_.size() < size) {
      const std::size_t filled = buffer_.size();
      buffer_.resize(filled + kBlockBytes);
      const absl::StatusOr<std::size_t> count =
          source_.Read(buffer_.data() + filled, kBlockBytes);
      buffer_.resize(filled + count.value_or(0));
      RETURN_IF_ERROR(count.status());
      if (*count == 0) break;
    }
    return absl::OkStatus();
  }

  static constexpr std::size_t kBlockBytes = 256 << 10;

  ByteSource& source_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::int64_t offset_ = 0;
};

class Reader {
 public:
  Reader(ByteSource& source, const WordFilter& filter)
      : bytes_(source), filter_(filter) {}

  absl::StatusOr<WordVectors> Run(WordVectorsSummary* summary);

 private:
  absl::StatusOr<Word2VecHeader> ReadHeader();
  absl::Status ReadVectors(const Word2VecHeader& header,
                           WordVectorsCollector& collector);
  // Line ends may stand between vectors. Empty at the file's end.
  absl::StatusOr<std::string> ReadWord();
  absl::Status CheckWord(std::string_view word) const;
  absl::Status ReadValues(std::string_view word);
  absl::Status SkipLineEnds();
  absl::Status CheckEnd();
  // As PeekedSource's; an error says how far it got.
  absl::StatusOr<std::string_view> Peek(std::size_t size);

  // Names the word that is being read, and a byte.
  absl::Status ErrorAt(std::int64_t offset, std::string_view problem) const;

  PeekedSource bytes_;
  const WordFilter& filter_;
  std::int64_t count_ = 0;
  std::int64_t words_read_ = 0;
  std::vector<float> values_;  // of the current word
};

absl::Status Reader::ErrorAt(std::int64_t offset,
                             std::string_view problem) const {
  return absl::InvalidArgumentError(absl::StrCat(
      "word ", words_read_ + 1, ", byte ", offset, ": ", ToAbslView(problem)));
}

absl::StatusOr<WordVectors> Reader::Run(WordVectorsSummary* summary) {
  ASSIGN_OR_RETURN(const Word2VecHeader header, ReadHeader());
  WordVectorsCollector collector(VectorFormat::kWord2VecBinary, values_.size(),
                                 filter_);
  absl::Status read = ReadVectors(header, collector);
  if (!read.ok()) return read;
  if (summary != nullptr) *summary = collector.summary();
  return std::move(collector).Take();
}

absl::StatusOr<Word2VecHeader> Reader::ReadHeader() {
  constexpr std::size_t kLongestHeader = 64;
  ASSIGN_OR_RETURN(const std::string_view beginning, Peek(kLongestHeader));
  const std::string_view line = beginning.substr(0, beginning.find('\n'));
  std::vector<std::string_view> fields;
  SplitVectorFields(line, fields);
  const auto header = ParseWord2VecHeader(fields);
  if (!header.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "line 1 is not word2vec's \"count dimension\", but ", Quote(line)));
  }
  absl::Status checked = CheckWord2VecCount(header->count);
  checked.Update(CheckVectorDimension(header->dimension));
  if (!checked.ok()) return WithContext(std::move(checked), "line 1");
  bytes_.Skip(line.size() + 1);
  count_ = header->count;
  values_.resize(static_cast<std::size_t>(header->dimension));
  return *header;
}

absl::Status Reader::ReadVectors(const Word2VecHeader& header,
                                 WordVectorsCollector& collector) {
  for (; words_read_ < header.count; ++words_read_) {
    ASSIGN_OR_RETURN(const std::string word, ReadWord());
    RETURN_IF_ERROR(ReadValues(word));
    collector.Add(word, values_);
  }
  return CheckEnd();
}

absl::StatusOr<std::string> Reader::ReadWord() {
  RETURN_IF_ERROR(SkipLineEnds());
  constexpr std::size_t kLimit = WordVectors::kMaxBinaryWordBytes;
  ASSIGN_OR_RETURN(const std::string_view bytes, Peek(kLimit + 1));
  if (bytes.empty()) {
    return absl::DataLossError(
        absl::StrCat("it ends at byte ", bytes_.offset(), " with ", words_read_,
                     " words; the header says ", count_));
  }
  const std::string word(bytes.substr(0, bytes.find(' ')));
  RETURN_IF_ERROR(CheckWord(word));
  if (word.size() > kLimit) {
    return ErrorAt(bytes_.offset(),
                   absl::StrCat("the word is longer than ", kLimit,
                                " bytes; does the header say the right "
                                "dimension?"));
  }
  if (word.size() == bytes.size()) {
    return absl::DataLossError(absl::StrCat(
        "it ends in word ", words_read_ + 1, ", which begins at byte ",
        bytes_.offset(), "; the header says ", count_, " words"));
  }
  bytes_.Skip(word.size() + 1);
  return word;
}

absl::Status Reader::CheckWord(std::string_view word) const {
  if (word.empty()) return ErrorAt(bytes_.offset(), "the word is empty");
  const std::size_t bad = word.find_first_of(std::string_view("\0\t\n\r", 4));
  if (bad == std::string_view::npos) return absl::OkStatus();
  return ErrorAt(
      bytes_.offset() + static_cast<std::int64_t>(bad),
      absl::StrCat("the word ", Quote(word),
                   " holds a zero byte, a tab or a line end; does the header "
                   "say the right dimension?"));
}

absl::Status Reader::ReadValues(std::string_view word) {
  const std::size_t size = values_.size() * sizeof(float);
  ASSIGN_OR_RETURN(const std::string_view bytes, Peek(size));
  if (bytes.size() < size) {
    return absl::DataLossError(absl::StrCat(
        "it ends in the vector of word ", words_read_ + 1, " (", Quote(word),
        "), which begins at byte ", bytes_.offset(), "; the header says ",
        count_, " words of dimension ", values_.size()));
  }
  std::memcpy(values_.data(), bytes.data(), size);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (std::isfinite(values_[i])) continue;
    return ErrorAt(
        bytes_.offset() + static_cast<std::int64_t>(i * sizeof(float)),
        absl::StrCat("number ", i + 1, " of ", Quote(word), " is ", values_[i],
                     ", which is not a finite float"));
  }
  bytes_.Skip(size);
  return absl::OkStatus();
}

absl::Status Reader::SkipLineEnds() {
  for (;;) {
    ASSIGN_OR_RETURN(const std::string_view next, Peek(1));
    if (next != "\n") return absl::OkStatus();
    bytes_.Skip(1);
  }
}

absl::StatusOr<std::string_view> Reader::Peek(std::size_t size) {
  absl::StatusOr<std::string_view> bytes = bytes_.Peek(size);
  if (bytes.ok()) return bytes;
  return WithContext(std::move(bytes).status(),
                     absl::StrCat("after word ", words_read_));
}

absl::Status Reader::CheckEnd() {
  RETURN_IF_ERROR(SkipLineEnds());
  ASSIGN_OR_RETURN(const std::string_view more, Peek(1));
  if (more.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("byte ", bytes_.offset(),
                                                 ": the header says ", count_,
                                                 " words, and here is more"));
}

}  // namespace

absl::StatusOr<WordVectors> ReadBinaryWordVectors(ByteSource& source,
                                                  const WordFilter& filter,
                                                  WordVectorsSummary* summary) {
  return Reader(source, filter).Run(summary);
}

}  // namespace carousel
