// Pre-trained word vectors, as people publish them.
//
// Formats, told apart by content, plain or gzipped:
//   word2vec text (gensim's save_word2vec_format): a line "count dimension",
//     then "word v1 ... vd" a line;
//   GloVe text: the same without the first line;
//   word2vec binary (word2vec's -binary 1, gensim's binary=True): the line
//     "count dimension", then a word, a space and `dimension` floats in little
//     endian a vector, with or without a line end behind it.
// In text, fields are separated by spaces or tabs; more at the end of a line do
// no harm, nor do CRLF and empty lines at the end of the file. A word may hold
// any bytes but space, tab and line ends; in GloVe text, where a few published
// words hold spaces (glove.840B), the last `dimension` fields are the vector
// and what is before them is the word, unless that ends in a number: then the
// line has too many numbers. In binary a word holds no zero byte either. A byte
// order mark before the first line of text is no part of it. A repeated word
// keeps its first vector, as gensim does.
#ifndef CAROUSEL_CORE_TEXT_WORD_VECTORS_H_
#define CAROUSEL_CORE_TEXT_WORD_VECTORS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/byte_source.h"
#include "core/text/word_table.h"

namespace carousel {

enum class VectorFormat { kWord2VecText, kGloveText, kWord2VecBinary };
inline constexpr std::array<VectorFormat, 3> kAllVectorFormats = {
    VectorFormat::kWord2VecText, VectorFormat::kWord2VecBinary,
    VectorFormat::kGloveText};
// "word2vec", "glove", "word2vec-binary"
std::string_view ToString(VectorFormat format);

// What a file holds, whether or not its vectors were kept.
struct WordVectorsSummary {
  VectorFormat format = VectorFormat::kGloveText;
  std::int64_t words = 0;       // distinct words
  std::int64_t duplicates = 0;  // lines whose word came before
  std::size_t dimension = 0;
};

// Movable; const use is thread-safe. A vector stays where it is while others
// are added.
class WordVectors {
 public:
  // Published vectors have 25 to 1,024 numbers a word.
  static constexpr std::size_t kMaxDimension = 4096;
  // The largest published files have some three million lines.
  static constexpr std::int64_t kMaxLines = 10'000'000;
  // Of a word in a binary file, where no line ends bound it. Phrases that
  // people train on have some 100.
  static constexpr std::size_t kMaxBinaryWordBytes = 1024;

  explicit WordVectors(std::size_t dimension);

  // False, and nothing changes, when the word is there. `values` has
  // dimension() entries.
  bool Add(std::string_view word, std::span<const float> values);

  // Empty when the word is not there.
  std::span<const float> Find(std::string_view word) const;
  std::span<const float> vector(std::size_t row) const;
  const std::string& word(std::size_t row) const { return words_.word(row); }
  std::size_t size() const { return words_.size(); }
  std::size_t dimension() const { return dimension_; }

 private:
  std::size_t dimension_;
  std::size_t block_rows_;
  WordTable words_;
  // [block_rows, dimension], row-major, each: one array for all would be copied
  // as it grows, and stand in memory twice meanwhile.
  std::vector<std::unique_ptr<float[]>> blocks_;
};

// Says which words to keep; a null filter keeps all. It is called by one thread
// at a time, which need not be that of the caller; the words need not come in
// the file's order, one may come twice, and some that stand behind an error.
using WordFilter = std::function<bool(std::string_view word)>;

// Reads the whole file and checks all of it, whatever the filter keeps.
// INVALID_ARGUMENT with the line, or in binary the number of the word, and the
// byte where it helps (they count in the unzipped stream, lines and words from
// 1, bytes from 0), for: content that is not
// vectors (say, a PNG), no vectors at all, a wrong number of fields, what is
// not a number that a float holds, NaN or infinity, a dimension over
// kMaxDimension, more than kMaxLines vectors, more words than word2vec's count,
// in binary an empty word or one over kMaxBinaryWordBytes. DATA_LOSS when that
// count is not reached or the gzip stream is cut. `summary`
// may be null; it is set only when all went well.
//
// `threads` read text that is a plain file or in memory; 0 stands for as many
// as the machine runs at once. The result is the same with any number, and so
// is the error, the file's first. Memory is what is kept, some ten bytes for
// every other word, and for each thread a few times a MiB of the file, or its
// longest line; of gzip the words' own bytes too.
absl::StatusOr<WordVectors> ReadWordVectors(ByteSource& source,
                                            const WordFilter& filter,
                                            WordVectorsSummary* summary,
                                            int threads = 0);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_WORD_VECTORS_H_
