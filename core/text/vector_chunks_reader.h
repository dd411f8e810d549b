// A file of vectors, chunk by chunk by several threads.
#ifndef CAROUSEL_CORE_TEXT_VECTOR_CHUNKS_READER_H_
#define CAROUSEL_CORE_TEXT_VECTOR_CHUNKS_READER_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "core/base/byte_source.h"
#include "core/base/mapped_bytes.h"
#include "core/text/vector_chunk.h"
#include "core/text/word_vectors_readers.h"

namespace carousel {

struct TakenChunks {
  std::size_t end = 0;     // where the first line begins that was not taken
  std::int64_t lines = 0;  // that were, a vector each
};

// Gives `collector` what stands in `mapped`, the bytes of `source`, from the
// line that begins at `begin` on, in the file's order: up to the end, or to the
// chunk in which something is odd or the collector would have more than
// `max_vectors`. An error is only that of source.CheckWanted().
absl::StatusOr<TakenChunks> TakeVectorChunks(
    const ByteSource& source, const MappedBytes& mapped, std::size_t begin,
    const VectorChunkParser& parser, std::int64_t max_vectors, int threads,
    WordVectorsCollector& collector);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_VECTOR_CHUNKS_READER_H_
