// The readers behind ReadWordVectors, one a family of formats, and what they
// share. For that function alone.
#ifndef CAROUSEL_CORE_TEXT_WORD_VECTORS_READERS_H_
#define CAROUSEL_CORE_TEXT_WORD_VECTORS_READERS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/byte_source.h"
#include "core/text/seen_words.h"
#include "core/text/word_vectors.h"

namespace carousel {

// As ReadWordVectors, of a file in one of the text formats. Reads `source` from
// where it is to the end when `mapped` is null; otherwise the bytes of that,
// which are source.Map()'s.
absl::StatusOr<WordVectors> ReadTextWordVectors(ByteSource& source,
                                                const MappedBytes* mapped,
                                                const WordFilter& filter,
                                                WordVectorsSummary* summary,
                                                int threads);

// As ReadWordVectors, of a file in word2vec's binary format.
absl::StatusOr<WordVectors> ReadBinaryWordVectors(ByteSource& source,
                                                  const WordFilter& filter,
                                                  WordVectorsSummary* summary);

// Whether a file that begins like this is in word2vec's binary format: after
// the line "count dimension" and a word come bytes that are no text. Enough is
// kBinaryProbeBytes of it. What is neither is left to the text reader to name.
bool LooksLikeBinaryWordVectors(std::string_view beginning);
inline constexpr std::size_t kBinaryProbeBytes = 32 << 10;

// The fields of a line, which spaces and tabs separate.
void SplitVectorFields(std::string_view line,
                       std::vector<std::string_view>& fields);

// Whether all of `field` is a number, "nan" and "inf" among them. What is
// nearer to zero than a float can hold is zero, what is farther is infinite.
bool ParseVectorNumber(std::string_view field, float& value);

struct Word2VecHeader {
  std::int64_t count = 0;
  std::int64_t dimension = 0;
};
// "count dimension", word2vec's first line; nothing when that is not what the
// fields are.
std::optional<Word2VecHeader> ParseWord2VecHeader(
    const std::vector<std::string_view>& fields);

// INVALID_ARGUMENT naming the value and the limit.
absl::Status CheckWord2VecCount(std::int64_t count);
absl::Status CheckVectorDimension(std::int64_t dimension);

// Keeps the vectors that the filter wants, and counts all. Not thread-safe.
class WordVectorsCollector {
 public:
  // `filter` must outlive it, and so must `text`, in which `expected` of the
  // words are thought to lie.
  WordVectorsCollector(VectorFormat format, std::size_t dimension,
                       const WordFilter& filter, std::string_view text = {},
                       std::size_t expected = 0);

  void Add(std::string_view word, std::span<const float> values);
  // Of a word that the filter was asked about.
  void AddWanted(std::string_view word, std::span<const float> values) {
    Count(vectors_.Add(word, values));
  }
  void AddUnwanted(std::string_view word) { Count(filtered_.Add(word)); }
  // Vectors so far, repeated words too.
  std::int64_t vectors() const { return summary_.words + summary_.duplicates; }
  std::size_t dimension() const { return summary_.dimension; }
  const WordVectorsSummary& summary() const { return summary_; }
  WordVectors Take() && { return std::move(vectors_); }

 private:
  void Count(bool is_new) { ++(is_new ? summary_.words : summary_.duplicates); }

  const WordFilter& filter_;
  WordVectors vectors_;
  SeenWords filtered_;  // words that were not kept
  WordVectorsSummary summary_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_WORD_VECTORS_READERS_H_
