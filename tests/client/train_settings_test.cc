// The help of `train` beside the settings there are: the client cannot ask for
// them, so they could drift apart.
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/text/skip_gram_settings.h"
#include "core/train/hyperparameters.h"
#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::ContainerEq;
using ::testing::Le;
using ::testing::SizeIs;

using TrainSettingsTest = CliTest;

// "a whole number in [1, 8]" -> "[1, 8]", "a, b or c" -> "a|b|c".
std::string ShortRange(std::string range) {
  absl::string_view text = range;
  absl::ConsumePrefix(&text, "a whole number ");
  if (absl::ConsumePrefix(&text, "in ")) return std::string(text);
  return absl::StrReplaceAll(text, {{", ", "|"}, {" or ", "|"}});
}

// Key to range, as the help has them.
std::map<std::string, std::string> SettingsOf(const std::string& help) {
  std::map<std::string, std::string> settings;
  std::istringstream lines(help.substr(help.find("Settings, for --set:")));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && absl::StartsWith(line, "  ")) {
    EXPECT_THAT(line, SizeIs(Le(80)));
    // Key, range and meaning, at least two spaces apart.
    const std::vector<std::string> cells =
        absl::StrSplit(line, "  ", absl::SkipWhitespace());
    EXPECT_THAT(cells, SizeIs(3)) << line;
    if (cells.size() != 3) continue;
    settings[std::string(absl::StripAsciiWhitespace(cells[0]))] =
        std::string(absl::StripAsciiWhitespace(cells[1]));
  }
  return settings;
}

TEST_F(TrainSettingsTest, HelpHasEverySettingWithItsRange) {
  std::map<std::string, std::string> expected;
  for (const SettingHelp& setting : DescribeSettings()) {
    expected[setting.key] = ShortRange(setting.range);
  }
  EXPECT_THAT(SettingsOf(RunBare({"train", "--help"}).out),
              ContainerEq(expected));
}

TEST_F(TrainSettingsTest, HelpOfVectorsHasEverySettingWithItsRange) {
  std::map<std::string, std::string> expected;
  for (const SettingHelp& setting : DescribeSkipGramSettings()) {
    expected[setting.key] = ShortRange(setting.range);
  }
  EXPECT_THAT(SettingsOf(RunBare({"vectors", "train", "--help"}).out),
              ContainerEq(expected));
}

}  // namespace
}  // namespace carousel::client
