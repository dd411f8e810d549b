// Many lines of a text file of vectors at once, for several threads.
#ifndef CAROUSEL_CORE_TEXT_VECTOR_CHUNK_H_
#define CAROUSEL_CORE_TEXT_VECTOR_CHUNK_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/mutex.h"
#include "core/text/word_vectors.h"

namespace carousel {

// Whole lines of a file, the last with its end unless the file has none.
struct VectorChunk {
  std::string_view text;
};

// What such lines hold. Views are of the file.
struct ParsedVectors {
  struct Row {
    std::string_view word;
    std::string_view numbers;  // the rest of the line
    bool is_wanted = false;
  };

  std::string_view text;
  // There is something that is no vector, or no plain one: what it is depends
  // on what comes before and after it, and the chunk must be read line by line
  // for that. `rows` and `values` mean nothing then.
  bool is_odd = false;
  std::vector<Row> rows;
  std::vector<float> values;  // [wanted rows, dimension], row-major
};

// Parse() is thread-safe.
class VectorChunkParser {
 public:
  // Without `words_hold_spaces` a word is a line's first field. `filter` must
  // outlive it, and is called by one thread at a time.
  VectorChunkParser(std::size_t dimension, bool words_hold_spaces,
                    const WordFilter& filter)
      : dimension_(dimension),
        words_hold_spaces_(words_hold_spaces),
        filter_(filter) {}

  ParsedVectors Parse(VectorChunk chunk) const;

 private:
  // Nothing for what is no vector. `fields` is room to work in.
  std::optional<ParsedVectors::Row> ParseLine(
      std::string_view line, std::vector<std::string_view>& fields) const;
  void AskFilter(std::vector<ParsedVectors::Row>& rows) const;

  const std::size_t dimension_;
  const bool words_hold_spaces_;
  const WordFilter& filter_;
  mutable Mutex filter_mutex_;
};

// Where the vector's fields begin among those of a line; nothing when there is
// no word before them, or a number too many. See word_vectors.h.
std::optional<std::size_t> FindVectorFields(
    const std::vector<std::string_view>& fields, std::size_t dimension,
    bool words_hold_spaces);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_VECTOR_CHUNK_H_
