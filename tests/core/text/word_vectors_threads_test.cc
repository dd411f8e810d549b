// ReadWordVectors of text is the same by one thread, by several, and of a
// source that gives its bytes one after the other.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/stoppable_source.h"
#include "core/base/strings.h"
#include "core/text/word_vectors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/streamed_source.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;

bool IsEvenSized(std::string_view word) { return word.size() % 2 == 0; }

// All that a caller can see of what was read: the error, or words, numbers and
// counts.
std::string Shown(ByteSource& source, const WordFilter& filter, int threads) {
  WordVectorsSummary summary;
  const auto vectors = ReadWordVectors(source, filter, &summary, threads);
  if (!vectors.ok()) return vectors.status().ToString();
  std::string shown = absl::StrCat(
      ToAbslView(ToString(summary.format)), " ", summary.words, " words, ",
      summary.duplicates, " repeated, dimension ", summary.dimension, "\n");
  for (std::size_t row = 0; row < vectors->size(); ++row) {
    absl::StrAppend(&shown, vectors->word(row));
    for (const float value : vectors->vector(row)) {
      absl::StrAppend(&shown, " ", value);
    }
    shown += '\n';
  }
  return shown;
}

void ExpectSameEverywhere(const std::string& content, const WordFilter& filter,
                          std::string_view about) {
  StreamedSource streamed(content);
  const std::string expected = Shown(streamed, filter, 1);
  for (const int threads : {1, 2, 5}) {
    const auto source = MakeMemorySource(content);
    const std::string shown = Shown(*source, filter, threads);
    // Not EXPECT_EQ, which would print megabytes.
    EXPECT_TRUE(shown == expected)
        << about << ", " << threads << " threads: " << shown.substr(0, 200)
        << "\nand not: " << expected.substr(0, 200);
  }
}

// Several chunks of lines with a word and 40 numbers, some of which are not
// plain, some words repeated.
std::vector<std::string> ManyLines() {
  std::vector<std::string> lines;
  for (int row = 0; row < 7'000; ++row) {
    std::string line =
        row % 97 == 5 ? absl::StrCat("w", row / 2) : absl::StrCat("w", row);
    for (int i = 0; i < 40; ++i) {
      const std::int64_t number =
          (row * 40 + i) * std::int64_t{7919} % 2'000'003;
      absl::StrAppend(&line, " ", number % 5 == 0 ? "-" : "", "0.", number);
    }
    if (row % 31 == 0) line += " ";
    if (row % 53 == 0) line.replace(line.find(' '), 1, "\t ");
    if (row % 59 == 0) line.replace(line.rfind('.') - 1, 1, "");  // ".5"
    lines.push_back(line);
  }
  return lines;
}

std::string Join(const std::vector<std::string>& lines, bool has_header) {
  std::string content =
      has_header ? absl::StrCat(lines.size(), " 40\n") : std::string();
  for (const std::string& line : lines) absl::StrAppend(&content, line, "\n");
  return content;
}

TEST(WordVectorsThreadsTest, AWholeFileIsTheSame) {
  const std::vector<std::string> lines = ManyLines();
  for (const bool has_header : {false, true}) {
    const std::string content = Join(lines, has_header);
    ASSERT_GT(content.size(), 2u << 20);
    ExpectSameEverywhere(content, nullptr, "all");
    ExpectSameEverywhere(content, IsEvenSized, "some");
    ExpectSameEverywhere(
        content, [](std::string_view) { return false; }, "none");
    ExpectSameEverywhere(content.substr(0, content.size() - 1), IsEvenSized,
                         "without the last line's end");
    ExpectSameEverywhere(content + "\r\n \n\n", IsEvenSized, "empty lines");
  }
}

TEST(WordVectorsThreadsTest, AFileWithoutItsEndHasTheSameError) {
  const std::string content = Join(ManyLines(), true);
  for (const std::size_t size : {content.size() / 2, content.size() / 3}) {
    ExpectSameEverywhere(content.substr(0, size), IsEvenSized, "cut");
  }
  ExpectSameEverywhere(content + "one more 1\n", IsEvenSized, "too long");
  ExpectSameEverywhere(content + "\n\nmore 1\n", IsEvenSized, "with a gap");
}

// What is wrong with a line, wherever it stands; the line that comes behind it
// is wrong too, in another way.
TEST(WordVectorsThreadsTest, TheFirstErrorInTheFileIsTheError) {
  const std::vector<std::string> lines = ManyLines();
  const std::string numbers = lines[0].substr(lines[0].find(' '));
  for (const std::string& broken : std::vector<std::string>{
           "", " \t", "short 1 2", "w" + numbers + " 1", "two words" + numbers,
           "12" + numbers + " nan",
           "x" + numbers.substr(0, numbers.rfind(' ')) + " 1e39",
           "x" + numbers.substr(0, numbers.rfind(' ')) + " 1..5",
           "x" + numbers.substr(0, numbers.rfind(' ')) + " 0x1",
           "x" + numbers + "\r", std::string("\xFF\0z", 3) + numbers}) {
    for (const std::size_t row : {1, 2, 3'000, 6'998}) {
      for (const bool has_header : {false, true}) {
        std::vector<std::string> changed = lines;
        changed[row] = broken;
        changed[row + 1] = "also 1 wrong";
        ExpectSameEverywhere(Join(changed, has_header), IsEvenSized,
                             absl::StrCat(broken, " in ", row));
      }
    }
  }
}

TEST(WordVectorsThreadsTest, ALineMayBeLongAndNotTooLong) {
  std::vector<std::string> lines = ManyLines();
  const std::string numbers = lines[0].substr(lines[0].find(' '));
  for (const std::size_t size : {3u << 20, 16u << 20}) {
    lines[7] = std::string(size, 'w') + numbers;
    ExpectSameEverywhere(Join(lines, false), IsEvenSized, "long");
    lines[7] += "\n" + std::string(size, 'w');
    ExpectSameEverywhere(Join(lines, false), IsEvenSized, "long and wrong");
  }
}

TEST(WordVectorsThreadsTest, EndsWhenNobodyWantsItAnyMore) {
  // Twice as much as may be read ahead, six chunks for three threads.
  constexpr int kTimes = 6;
  std::string content;
  for (int i = 0; i < kTimes; ++i) content += Join(ManyLines(), false);
  for (const int threads : {1, 3}) {
    const auto memory = MakeMemorySource(content);
    std::stop_source stop;
    StoppableSource source(*memory, stop.get_token());
    std::int64_t asked = 0;
    const auto stop_soon = [&](std::string_view) {
      if (++asked == 100) stop.request_stop();
      return false;
    };
    EXPECT_THAT(ReadWordVectors(source, stop_soon, nullptr, threads),
                StatusIs(absl::StatusCode::kCancelled,
                         ::testing::HasSubstr("reading was stopped")));
    EXPECT_LT(asked, kTimes * 7'000);
  }
}

TEST(WordVectorsThreadsTest, OneThreadAsksTheFilterInTheOrderOfTheFile) {
  const auto source = MakeMemorySource(Join(ManyLines(), true));
  // The first three that it is asked about, however often.
  std::vector<std::string> kept;
  const WordFilter filter = [&](std::string_view word) {
    if (std::ranges::find(kept, word) != kept.end()) return true;
    if (kept.size() == 3) return false;
    kept.emplace_back(word);
    return true;
  };
  ASSERT_OK_AND_ASSIGN(const WordVectors vectors,
                       ReadWordVectors(*source, filter, /*summary=*/nullptr,
                                       /*threads=*/1));
  EXPECT_THAT(kept, ElementsAre("w0", "w1", "w2"));
  ASSERT_EQ(vectors.size(), 3);
  EXPECT_EQ(vectors.word(2), "w2");
}

}  // namespace
}  // namespace carousel
