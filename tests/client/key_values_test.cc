#include "client/cli/key_values.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel::client {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(KeyValuesTest, FillsLinesAndKeepsTheOrder) {
  EXPECT_THAT(KeyValueLines(R"({"b": 1, "a": "x", "c": true, "d": null})", 9),
              ElementsAre("b=1 a=x", "c=true", "d=null"));
}

TEST(KeyValuesTest, NamesTheInnerKeysAfterTheOuter) {
  EXPECT_THAT(KeyValueLines(R"({"text": {"lowercase": true, "n": 2}})", 40),
              ElementsAre("text.lowercase=true text.n=2"));
}

TEST(KeyValuesTest, ShowsAShortListAndCountsALongOne) {
  const std::string item = R"({"epoch": 1, "loss": 0.123456})";
  EXPECT_THAT(KeyValueLines(R"({"names": ["neg", "pos"], "epochs": [)" + item +
                                "," + item + "]}",
                            80),
              ElementsAre(R"(names=["neg","pos"] epochs=(2 items))"));
}

TEST(KeyValuesTest, APairThatIsTooLongStandsAlone) {
  EXPECT_THAT(KeyValueLines(R"({"a": 1, "b": "123456789", "c": 3})", 5),
              ElementsAre("a=1", "b=123456789", "c=3"));
}

TEST(KeyValuesTest, WhatIsNoObjectStaysAsItIs) {
  EXPECT_THAT(KeyValueLines("not json", 80), ElementsAre("not json"));
  EXPECT_THAT(KeyValueLines("{}", 80), ElementsAre());
}

TEST(KeyValuesTest, OnlyTheFirstLineHasTheName) {
  std::vector<std::pair<std::string, std::string>> fields;
  AddKeyValues(fields, "settings",
               R"({"a": "1234567890123456789012345678901234567890",
                   "b": "1234567890123456789012345678901234567890"})");
  EXPECT_THAT(
      fields,
      ElementsAre(
          Pair("settings", "a=1234567890123456789012345678901234567890"),
          Pair("", "b=1234567890123456789012345678901234567890")));
}

}  // namespace
}  // namespace carousel::client
