#include "core/serve/predict_call.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;

TEST(SplitIntoChunksTest, CutsByCountAndByBytes) {
  using Texts = std::vector<std::string>;
  const auto split = SplitIntoChunks;
  EXPECT_THAT(split(Texts(64, "a")), ElementsAre(TextChunk{0, 64}));
  EXPECT_THAT(
      split(Texts(130, "a")),
      ElementsAre(TextChunk{0, 64}, TextChunk{64, 128}, TextChunk{128, 130}));
  const std::string half(64 << 10, 'a');
  EXPECT_THAT(split({half, half, "a"}),
              ElementsAre(TextChunk{0, 2}, TextChunk{2, 3}));
  const std::string huge(1 << 20, 'a');
  EXPECT_THAT(split({"a", huge, "b", huge}),
              ElementsAre(TextChunk{0, 1}, TextChunk{1, 2}, TextChunk{2, 3},
                          TextChunk{3, 4}));
}

}  // namespace
}  // namespace carousel
