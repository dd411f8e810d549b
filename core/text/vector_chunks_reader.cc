#include "core/text/vector_chunks_reader.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/in_order.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

// What a thread reads at a time: a few hundred lines.
constexpr std::size_t kChunkBytes = 1 << 20;

// The chunk that `rest` of a file begins with: to the end of the line that
// kChunkBytes cut, but not through a file that has no line ends.
VectorChunk FirstChunk(std::string_view rest) {
  const std::string_view longest =
      rest.substr(0, kChunkBytes + LineReader::kMaxLineBytes + 1);
  const std::size_t end =
      longest.find('\n', std::min(kChunkBytes, longest.size()));
  return {end == std::string_view::npos ? longest : rest.substr(0, end + 1)};
}

void Add(const ParsedVectors& chunk, WordVectorsCollector& collector) {
  std::span<const float> values(chunk.values);
  for (const ParsedVectors::Row& row : chunk.rows) {
    if (!row.is_wanted) {
      collector.AddUnwanted(row.word);
      continue;
    }
    collector.AddWanted(row.word, values.first(collector.dimension()));
    values = values.subspan(collector.dimension());
  }
}

}  // namespace

absl::StatusOr<TakenChunks> TakeVectorChunks(
    const ByteSource& source, const MappedBytes& mapped, std::size_t begin,
    const VectorChunkParser& parser, std::int64_t max_vectors, int threads,
    WordVectorsCollector& collector) {
  std::string_view rest = mapped.bytes().substr(begin);
  const std::size_t chunks = rest.size() / kChunkBytes + 1;
  TakenChunks taken{.end = begin};
  absl::Status wanted;
  InOrder work(
      [&rest]() -> std::optional<VectorChunk> {
        if (rest.empty()) return std::nullopt;
        const VectorChunk chunk = FirstChunk(rest);
        rest.remove_prefix(chunk.text.size());
        return chunk;
      },
      [&parser](VectorChunk chunk) { return parser.Parse(chunk); },
      [&](const ParsedVectors& chunk) {
        wanted = source.CheckWanted();
        const auto lines = static_cast<std::int64_t>(chunk.rows.size());
        if (!wanted.ok() || chunk.is_odd ||
            collector.vectors() + lines > max_vectors) {
          return false;
        }
        Add(chunk, collector);
        mapped.Release(chunk.text);
        taken.end += chunk.text.size();
        taken.lines += lines;
        return true;
      });
  work.Run(
      static_cast<int>(std::min(static_cast<std::size_t>(threads), chunks)));
  RETURN_IF_ERROR(wanted);
  return taken;
}

}  // namespace carousel
