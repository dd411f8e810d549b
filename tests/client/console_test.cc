#include "client/cli/console.h"

#include <sstream>
#include <string>

#include "client/waiter.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace carousel::client {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kErase[] = "\r\x1b[J";

class ConsoleTest : public ::testing::Test {
 protected:
  Environment MakeEnvironment(bool terminal) {
    return {.in = in_,
            .out = out_,
            .err = err_,
            .err_is_terminal = terminal,
            .clock = clock_,
            .waiter = waiter_};
  }

  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  FakeClock clock_;
  RealWaiter waiter_;
};

TEST_F(ConsoleTest, ATerminalShowsABarThatMakesWay) {
  const Environment environment = MakeEnvironment(true);
  Console console(environment);
  console.Show({.label = "epoch 1", .done = 0.5, .detail = "loss 0.7"});
  EXPECT_THAT(err_.str(), HasSubstr("50 %  loss 0.7"));
  console.out() << "result\n";
  EXPECT_THAT(err_.str(), EndsWith(kErase));
  EXPECT_EQ(out_.str(), "result\n");
  console.Message("message");
  EXPECT_THAT(err_.str(), EndsWith(std::string(kErase) + "message\n"));
}

TEST_F(ConsoleTest, ABlockIsDrawnOverTheOneBefore) {
  const Environment environment = MakeEnvironment(true);
  Console console(environment);
  console.ShowBlock({"one", "two", "three"});
  EXPECT_EQ(err_.str(), "\rone\x1b[K\ntwo\x1b[K\nthree\x1b[K\x1b[J");
  err_.str("");
  console.ShowBlock({"four", "five"});
  EXPECT_EQ(err_.str(), "\r\x1b[2Afour\x1b[K\nfive\x1b[K\x1b[J");
  err_.str("");
  console.Message("message");
  EXPECT_EQ(err_.str(), "\r\x1b[1A\x1b[Jmessage\n");
  err_.str("");
  console.ShowBlock({"six"});
  EXPECT_EQ(err_.str(), "\rsix\x1b[K\x1b[J");
}

TEST_F(ConsoleTest, LinesThatANarrowerWindowHasBrokenAreErasedWhole) {
  Environment environment = MakeEnvironment(true);
  int columns = 80;
  environment.terminal_size = [&columns] {
    return TerminalSize{.columns = columns};
  };
  Console console(environment);
  console.ShowBlock({std::string(60, 'a'), std::string(20, 'b')});
  columns = 20;
  err_.str("");
  console.HideProgress();
  EXPECT_EQ(err_.str(), "\r\x1b[3A\x1b[J");
}

TEST_F(ConsoleTest, ElsewhereThereIsNoBlock) {
  const Environment environment = MakeEnvironment(false);
  Console console(environment);
  console.ShowBlock({"one", "two"});
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(ConsoleTest, TheBarIsGoneAtTheEnd) {
  const Environment environment = MakeEnvironment(true);
  {
    Console console(environment);
    console.Show({.label = "epoch 1", .done = 0.5});
    EXPECT_THAT(err_.str(), Not(EndsWith(kErase)));
  }
  EXPECT_THAT(err_.str(), EndsWith(kErase));
}

TEST_F(ConsoleTest, TheBarIsNotRedrawnAllTheTime) {
  const Environment environment = MakeEnvironment(true);
  Console console(environment);
  console.Show({.label = "first", .done = 0.1});
  console.Show({.label = "second", .done = 0.2});
  EXPECT_THAT(err_.str(), Not(HasSubstr("second")));
  clock_.Advance(absl::Milliseconds(101));
  console.Show({.label = "third", .done = 0.3});
  EXPECT_THAT(err_.str(), HasSubstr("third"));
}

TEST_F(ConsoleTest, ElsewhereThereArePlainLinesNowAndThen) {
  const Environment environment = MakeEnvironment(false);
  Console console(environment);
  console.Show({.label = "a.csv", .done = 0.1});
  clock_.Advance(absl::Seconds(9));
  console.Show({.label = "a.csv", .done = 0.2});
  EXPECT_THAT(err_.str(), IsEmpty());
  clock_.Advance(absl::Seconds(2));
  console.Show({.label = "a.csv", .done = 0.3, .detail = "3 of 10 MiB"});
  EXPECT_EQ(err_.str(), "a.csv:  30 %, 3 of 10 MiB\n");
}

TEST(DrawBarTest, FillsTheShareThatIsDone) {
  EXPECT_EQ(DrawBar({.label = "x", .done = 0.5}, 21), "x [#####.....]  50 %");
  EXPECT_EQ(DrawBar({.label = "x", .done = 0}, 21), "x [..........]   0 %");
  EXPECT_EQ(DrawBar({.label = "x", .done = 1}, 21), "x [##########] 100 %");
  EXPECT_EQ(DrawBar({.label = "x", .done = 7}, 21), "x [##########] 100 %");
}

TEST(DrawBarTest, NeverClaimsToBeDoneBeforeItIs) {
  EXPECT_THAT(DrawBar({.label = "x", .done = 0.999}, 80), HasSubstr(" 99 %"));
}

TEST(DrawBarTest, FitsIntoTheTerminal) {
  for (int columns = 30; columns < 200; ++columns) {
    EXPECT_LT(DrawBar({.label = "epoch 12",
                       .done = 0.3,
                       .detail = "loss 0.6931, 12,345 tokens/s"},
                      columns)
                  .size(),
              static_cast<std::size_t>(columns));
  }
}

}  // namespace
}  // namespace carousel::client
