#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/status_macros.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<std::vector<std::string>> Lines(ByteSource& source) {
  LineReader reader(source);
  std::vector<std::string> lines;
  std::string_view line;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(line));
    if (!more) return lines;
    lines.emplace_back(line);
  }
}

// Gives one byte a call, as a slow pipe may.
class TricklingSource final : public ByteSource {
 public:
  explicit TricklingSource(std::string content)
      : content_(std::move(content)) {}
  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    const std::size_t count =
        content_.copy(buffer, std::min<std::size_t>(size, 1), offset_);
    offset_ += count;
    return count;
  }

 private:
  const std::string content_;
  std::size_t offset_ = 0;
};

class BrokenSource final : public ByteSource {
 public:
  absl::StatusOr<std::size_t> Read(char*, std::size_t) override {
    return absl::DataLossError("broken");
  }
};

TEST(LineReaderTest, EndsLinesAtLfAndCrlfAlone) {
  const struct {
    std::string content;
    std::vector<std::string> lines;
  } cases[] = {
      {"", {}},
      {"\n", {""}},
      {"one", {"one"}},
      {"one\ntwo\n", {"one", "two"}},
      {"one\r\ntwo\r\n", {"one", "two"}},
      {"\n\r\n\n", {"", "", ""}},
      {"a\rb\n", {"a\rb"}},
      {"a\r\r\n", {"a\r"}},
      {"cut\r", {"cut\r"}},
      {std::string("a\0b\n", 4), {std::string("a\0b", 3)}},
  };
  for (const auto& test : cases) {
    EXPECT_THAT(Lines(*MakeMemorySource(test.content)),
                IsOkAndHolds(test.lines));
    TricklingSource trickling(test.content);
    EXPECT_THAT(Lines(trickling), IsOkAndHolds(test.lines));
  }
}

TEST(LineReaderTest, CountsLinesAndBytes) {
  const auto source = MakeMemorySource("ab\r\n\ncde");
  LineReader reader(*source);
  std::string_view line;
  std::vector<std::pair<std::int64_t, std::int64_t>> places;
  while (*reader.Next(line)) {
    places.emplace_back(reader.line_number(), reader.line_offset());
  }
  EXPECT_THAT(places,
              ElementsAre(std::pair(1, 0), std::pair(2, 4), std::pair(3, 5)));
}

TEST(LineReaderTest, TheEndStaysTheEnd) {
  const auto source = MakeMemorySource("one\n");
  LineReader reader(*source);
  std::string_view line;
  EXPECT_THAT(reader.Next(line), IsOkAndHolds(true));
  EXPECT_THAT(reader.Next(line), IsOkAndHolds(false));
  EXPECT_THAT(reader.Next(line), IsOkAndHolds(false));
  EXPECT_EQ(reader.line_number(), 1);
}

TEST(LineReaderTest, LinesMayCrossBlocks) {
  std::vector<std::string> lines;
  std::string content;
  for (int i = 0; i < 40; ++i) {
    lines.emplace_back(997 * i, static_cast<char>('a' + i % 26));
    content += lines.back() + "\r\n";
  }
  EXPECT_THAT(Lines(*MakeMemorySource(content)), IsOkAndHolds(lines));
}

TEST(LineReaderTest, RefusesALineOverTheLimit) {
  const std::string longest(LineReader::kMaxLineBytes, 'x');
  EXPECT_THAT(Lines(*MakeMemorySource("ok\n" + longest)),
              IsOkAndHolds(ElementsAre("ok", longest)));
  for (const std::string& end : {std::string(), std::string("\nnext\n")}) {
    EXPECT_THAT(Lines(*MakeMemorySource("ok\n" + longest + "x" + end)),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("line 2"), HasSubstr("16777216"))));
  }
}

TEST(LineReaderTest, PassesOnTheErrorOfItsSource) {
  BrokenSource source;
  EXPECT_THAT(Lines(source), StatusIs(absl::StatusCode::kDataLoss, "broken"));
}

}  // namespace
}  // namespace carousel
