#include "client/cli/table.h"

#include <sstream>

#include "gtest/gtest.h"

namespace carousel::client {
namespace {

TEST(TableTest, AlignsColumnsByTheirWidestCell) {
  Table table({{"NAME"}, {"ROWS", Align::kRight}, {"NOTE"}});
  table.AddRow({"imdb", "10,000", ""});
  table.AddRow({"na\xC3\xAFve", "7", "x"});
  std::ostringstream out;
  table.Print(out);
  EXPECT_EQ(out.str(),
            "NAME     ROWS  NOTE\n"
            "imdb   10,000\n"
            "na\xC3\xAFve       7  x\n");
}

TEST(TableTest, WithoutRowsThereAreStillTitles) {
  std::ostringstream out;
  Table({{"NAME"}, {"ROWS", Align::kRight}}).Print(out);
  EXPECT_EQ(out.str(), "NAME  ROWS\n");
}

TEST(PrintFieldsTest, AlignsTheValues) {
  std::ostringstream out;
  PrintFields(out, {{"f1", "0.9"}, {"accuracy", "0.8"}});
  EXPECT_EQ(out.str(), "f1        0.9\naccuracy  0.8\n");
}

}  // namespace
}  // namespace carousel::client
