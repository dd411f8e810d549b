#include "client/cli/length_chart.h"

#include <cstdint>
#include <map>
#include <sstream>
#include <string>

#include "client/cli/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kFull[] = "\xE2\x96\x88";
constexpr char kHalf[] = "\xE2\x96\x8C";
constexpr char kEighth[] = "\xE2\x96\x8F";

TEST(DrawCountTest, DrawsEighthsOfABlock) {
  EXPECT_EQ(DrawCount(0, 100, 10, true), "");
  EXPECT_EQ(DrawCount(100, 100, 2, true), std::string(kFull) + kFull);
  EXPECT_EQ(DrawCount(15, 100, 10, true), std::string(kFull) + kHalf);
  EXPECT_EQ(DrawCount(1, 100000, 10, true), kEighth);
}

TEST(DrawCountTest, DrawsAsciiElsewhere) {
  EXPECT_EQ(DrawCount(0, 100, 10, false), "");
  EXPECT_EQ(DrawCount(100, 100, 10, false), "##########");
  EXPECT_EQ(DrawCount(1, 100000, 10, false), "#");
}

class DrawLengthsTest : public ::testing::Test {
 protected:
  DrawLengthsTest() {
    (*statistics_.mutable_labels())["neg"] = 1100;
    (*statistics_.mutable_labels())["pos"] = 502;
    Add(0, 1000, 0);
    Add(50, 100, 500);
    Add(100, 0, 2);
  }

  void Add(std::int64_t from, std::int64_t negative, std::int64_t positive) {
    v1::HistogramBin& bin = *statistics_.add_lengths();
    bin.set_from(from);
    (*bin.mutable_texts())["neg"] = negative;
    (*bin.mutable_texts())["pos"] = positive;
  }

  v1::DatasetStatistics statistics_;
};

TEST_F(DrawLengthsTest, HasNumbersAloneWithoutATerminal) {
  EXPECT_EQ(DrawLengths(statistics_, {.columns = 0}),
            "TOKENS    NEG  POS\n"
            "  0-49  1,000    0\n"
            " 50-99    100  500\n"
            "  100+      0    2\n");
}

TEST_F(DrawLengthsTest, DrawsBothLabelsToOneScale) {
  // 6 for the range; for each label 2 between, 10 for the bar, 6 for " 1,000".
  EXPECT_EQ(DrawLengths(statistics_, {.columns = 42}),
            "TOKENS  NEG               POS\n"
            "  0-49  ########## 1,000  0\n"
            " 50-99  # 100             ##### 500\n"
            "  100+  0                 # 2\n");
}

TEST_F(DrawLengthsTest, IsNeverWiderThanTheTerminal) {
  for (const bool unicode : {false, true}) {
    for (int columns = 40; columns < 300; ++columns) {
      std::istringstream lines(
          DrawLengths(statistics_, {.columns = columns, .unicode = unicode}));
      for (std::string line; std::getline(lines, line);) {
        ASSERT_LE(DisplayWidth(line), columns) << line;
      }
    }
  }
}

TEST_F(DrawLengthsTest, HasNumbersAloneWhereBarsHaveNoRoom) {
  EXPECT_THAT(DrawLengths(statistics_, {.columns = 30}), Not(HasSubstr("#")));
}

TEST_F(DrawLengthsTest, DrawsTextsWithoutLabels) {
  v1::DatasetStatistics statistics;
  v1::HistogramBin& bin = *statistics.add_lengths();
  (*bin.mutable_texts())[""] = 7;
  EXPECT_THAT(DrawLengths(statistics, {.columns = 80}),
              StartsWith("TOKENS  TEXTS\n    0+  ####"));
  EXPECT_EQ(DrawLengths({}, {.columns = 80}), "");
}

TEST(IsUtf8LocaleTest, GoesByTheFirstVariableThatIsSet) {
  std::map<std::string, std::string> variables;
  const auto variable = [&](const std::string& name) {
    return variables[name];
  };
  EXPECT_FALSE(IsUtf8Locale(variable));
  variables["LANG"] = "de_DE.UTF-8";
  EXPECT_TRUE(IsUtf8Locale(variable));
  variables["LC_CTYPE"] = "C";
  EXPECT_FALSE(IsUtf8Locale(variable));
  variables["LC_ALL"] = "C.utf8";
  EXPECT_TRUE(IsUtf8Locale(variable));
}

}  // namespace
}  // namespace carousel::client
