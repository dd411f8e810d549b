// Any file as word vectors, gzipped or not: what is accepted is whole and
// finite, whatever of it is kept.
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>

#include "core/text/word_vectors.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/support/streamed_source.h"

namespace carousel {
namespace {

// What can be looked at anywhere is read otherwise, to the same end.
void CheckStreamed(std::string_view content,
                   const absl::StatusOr<WordVectors>& expected) {
  StreamedSource source(content);
  const auto streamed = ReadWordVectors(source, {}, nullptr);
  FUZZ_CHECK(streamed.status() == expected.status());
  if (!expected.ok()) return;
  FUZZ_CHECK(streamed->size() == expected->size());
  for (std::size_t row = 0; row < expected->size(); ++row) {
    FUZZ_CHECK(streamed->word(row) == expected->word(row));
    FUZZ_CHECK(
        std::ranges::equal(streamed->vector(row), expected->vector(row)));
  }
}

void TestOneFile(std::string_view content) {
  WordVectorsSummary summary;
  const auto all =
      ReadWordVectors(*MakeMemorySource(std::string(content)), {}, &summary);
  CheckStreamed(content, all);
  WordVectorsSummary summary_of_few;
  const auto few = ReadWordVectors(
      *MakeMemorySource(std::string(content)),
      [](std::string_view word) { return word.size() % 2 == 0; },
      &summary_of_few);
  // The filter says what is kept, not what is right.
  FUZZ_CHECK(all.status() == few.status());
  if (!all.ok()) return;
  FUZZ_CHECK(summary.words == static_cast<std::int64_t>(all->size()));
  FUZZ_CHECK(summary.words == summary_of_few.words);
  FUZZ_CHECK(summary.duplicates == summary_of_few.duplicates);
  FUZZ_CHECK(summary.dimension == all->dimension() && all->size() > 0);
  for (std::size_t row = 0; row < all->size(); ++row) {
    const auto values = all->vector(row);
    FUZZ_CHECK(values.size() == all->dimension());
    for (const float value : values) FUZZ_CHECK(std::isfinite(value));
    FUZZ_CHECK(all->Find(all->word(row)).data() == values.data());
    const bool is_kept = all->word(row).size() % 2 == 0;
    FUZZ_CHECK(few->Find(all->word(row)).empty() == !is_kept);
  }
}

}  // namespace
}  // namespace carousel

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  carousel::TestOneFile(carousel::FuzzText(data, size));
  return 0;
}
