// Help, and arguments that make no command.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using UsageTest = CliTest;

const std::vector<std::vector<std::string>>& AllCommands() {
  static const auto& commands =
      *new std::vector<std::vector<std::string>>{{"dataset", "import"},
                                                 {"dataset", "list"},
                                                 {"dataset", "describe"},
                                                 {"dataset", "delete"},
                                                 {"vectors", "import"},
                                                 {"vectors", "train"},
                                                 {"vectors", "list"},
                                                 {"vectors", "delete"},
                                                 {"train"},
                                                 {"jobs", "list"},
                                                 {"jobs", "get"},
                                                 {"jobs", "watch"},
                                                 {"jobs", "cancel"},
                                                 {"jobs", "resume"},
                                                 {"jobs", "delete"},
                                                 {"evaluate"},
                                                 {"predict"},
                                                 {"stream"},
                                                 {"projection"},
                                                 {"neighbours"},
                                                 {"models", "list"},
                                                 {"models", "get"},
                                                 {"models", "promote"},
                                                 {"models", "load"},
                                                 {"models", "unload"},
                                                 {"models", "delete"},
                                                 {"models", "export"},
                                                 {"models", "import"},
                                                 {"server", "info"},
                                                 {"server", "health"},
                                                 {"admin", "backup"},
                                                 {"admin", "log_level"},
                                                 {"completion"}};
  return commands;
}

TEST_F(UsageTest, EveryCommandHelpsWithAnExampleOfItself) {
  for (std::vector<std::string> command : AllCommands()) {
    std::string words = "carousel";
    for (const std::string& word : command) words += " " + word;
    command.push_back("--help");
    const Outcome outcome = RunBare(command);
    EXPECT_EQ(outcome.code, 0) << words;
    EXPECT_THAT(outcome.out, HasSubstr("Example:\n  " + words)) << words;
    EXPECT_THAT(outcome.err, IsEmpty()) << words;
  }
}

TEST_F(UsageTest, TheProgramHelpsAndSaysItsVersion) {
  const Outcome help = RunBare({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, AllOf(HasSubstr("--server"), HasSubstr("--json"),
                              HasSubstr("--timeout"), HasSubstr("predict")));
  EXPECT_THAT(RunBare({"--version"}).out, StartsWith("carousel "));
}

TEST_F(UsageTest, TheHelpOfTheProgramNamesEveryCommand) {
  const std::string help = RunBare({"--help"}).out;
  for (const std::vector<std::string>& command : AllCommands()) {
    EXPECT_THAT(help, HasSubstr("\n  " + command.front() + "  "));
    EXPECT_THAT(help, ContainsRegex("[ ,]" + command.back()));
  }
  EXPECT_THAT(help, HasSubstr("  Labelled texts:\n"));
  EXPECT_THAT(help, HasSubstr("  import, list, describe, delete\n"));
}

TEST_F(UsageTest, EveryGroupHelpsWithAnExampleOfItself) {
  for (const char* group :
       {"dataset", "vectors", "jobs", "models", "server", "admin"}) {
    const std::string help = RunBare({group, "--help"}).out;
    EXPECT_THAT(help, HasSubstr(absl::StrCat("Example:\n  carousel ", group)));
    EXPECT_THAT(help, Not(HasSubstr("carousel train")));
  }
}

TEST_F(UsageTest, WrongUsageIsTwo) {
  const std::vector<std::vector<std::string>> cases = {
      {},
      {"frobnicate"},
      {"jobs"},
      {"jobs", "frobnicate"},
      {"jobs", "get"},
      {"jobs", "get", "a", "b"},
      {"jobs", "list", "--nonsense"},
      {"jobs", "list", "--state=sleeping"},
      {"train", "--dataset=d", "--vectors=v"},
      {"train", "--dataset=d", "--vectors=v", "--model=m", "--epochs=many"},
      {"train", "--dataset=d", "--vectors=v", "--model=m", "--seed=-1"},
      {"train", "--dataset=d", "--vectors=v", "--model=m", "--set", "layers"},
      {"predict", "--model=m", "--csv=in.csv"},
      {"predict", "--model=m", "--out=out.csv", "--text=t"},
      {"predict", "--model=m", "--csv=i", "--out=o", "--text=t"},
      {"predict", "--model=m", "--text=t", "--on_error=positive"},
      {"stream"},
      {"stream", "--model=m", "--file="},
      {"projection"},
      {"projection", "--model=m", "--vectors=v"},
      {"projection", "--model=m", "--top=5", "--sentiment"},
      {"projection", "--model=m", "--out=words.png"},
      {"neighbours", "good"},
      {"neighbours", "--model=m"},
      {"neighbours", "--model=m", "--vectors=v", "good"},
      {"neighbours", "--model=m", "good", "--k=0"},
      {"neighbours", "--model=m", "good", "--k=ten"},
      {"models", "export", "m"},
      {"models", "import", "m"},
      {"models", "import", "m", ""},
      {"models", "export", "m", "--out="},
      {"predict", "--model=", "--text=t"},
      {"predict", "--model=m", "--csv=", "--out=x.csv"},
      {"predict", "--model=m", "--csv=in.csv", "--out="},
      {"projection", "--model=m", "--words="},
      {"train", "--dataset=d", "--vectors=v", "--model=m", "--preset="},
      {"jobs", "get", ""},
      {"server", "info", "--server="},
      {"server", "info", "--key_file="},
      {"server", "info", "--tls_ca="},
      {"server", "info", "--tls_cert=cert.pem"},
      {"server", "info", "--tls_key=key.pem"},
      {"server", "info", "--key=the-key"},
      {"server", "info", "--timeout=0"},
      {"server", "info", "--timeout=soon"}};
  for (const auto& arguments : cases) {
    const std::string words = ::testing::PrintToString(arguments);
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.code, 2) << words;
    EXPECT_THAT(outcome.out, IsEmpty()) << words;
    EXPECT_THAT(outcome.err,
                AllOf(StartsWith("carousel: "), HasSubstr("--help")))
        << words;
  }
}

TEST_F(UsageTest, AMistypedWordIsNamed) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"tarin"},
       "no command \"tarin\" (did you mean train?); see carousel --help"},
      {{"tarin", "--dataset=d"},
       "no command \"tarin\" (did you mean train?); see carousel --help"},
      {{"help"}, "no command \"help\"; see carousel --help"},
      {{"dataset", "imprt", "x", "y"},
       "no command \"imprt\" (did you mean import?); "
       "see carousel dataset --help"},
      {{"dataset", "train"},
       "no command \"train\"; see carousel dataset --help"},
      {{"train", "--datset=imdb"},
       "no option --datset (did you mean --dataset?); "
       "see carousel train --help"},
      {{"train", "--datset", "imdb"},
       "no option --datset (did you mean --dataset?); "
       "see carousel train --help"},
      {{"dataset", "import", "--splt", "70/20/10", "imdb", "imdb.csv"},
       "no option --splt (did you mean --split?); "
       "see carousel dataset import --help"},
      {{"jobs", "list", "--sever=h:1"},
       "no option --sever (did you mean --server?); "
       "see carousel jobs list --help"},
      {{"--nonsense"}, "no option --nonsense; see carousel --help"},
      {{"jobs", "get", "a", "b"},
       "unexpected argument \"b\"; see carousel jobs get --help"}};
  for (const auto& [arguments, message] : cases) {
    const Outcome outcome = RunBare(arguments);
    EXPECT_EQ(outcome.code, 2) << message;
    EXPECT_EQ(outcome.err, "carousel: " + message + "\n");
  }
}

TEST_F(UsageTest, WhatIsMissingIsNamedWhenNothingIsMistyped) {
  EXPECT_EQ(RunBare({"train"}).err,
            "carousel: --dataset is required; see carousel train --help\n");
  EXPECT_EQ(RunBare({"jobs"}).err,
            "carousel: A subcommand is required; see carousel jobs --help\n");
}

TEST_F(UsageTest, AWrongNumberIsShortlySaidToBeOne) {
  const std::vector<std::string> train = {"train", "--dataset=d", "--vectors=v",
                                          "--model=m"};
  const auto with = [](std::vector<std::string> command,
                       const std::string& option) {
    command.push_back(option);
    return command;
  };
  const std::vector<std::string> import = {"dataset", "import", "d", "d.csv"};
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"server", "info", "--timeout=0"}, "--timeout is 0; it must be above 0"},
      {{"server", "info", "--timeout=-1"},
       "--timeout is -1; it must be above 0"},
      {{"server", "info", "--timeout=soon"},
       "--timeout is soon; it must be a number"},
      {with(import, "--split_seed=-2"),
       "--split_seed is -2; it must be 0 or more"},
      {with(import, "--split_seed=1.5"),
       "--split_seed is 1.5; it must be a whole number"},
      {with(train, "--max_examples=-1"),
       "--max_examples is -1; it must be 0 or more"},
      {with(train, "--seed=18446744073709551616"),
       "--seed is 18446744073709551616; it must be a smaller number"}};
  for (const auto& [arguments, message] : cases) {
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.code, 2) << message;
    EXPECT_THAT(outcome.err, StartsWith("carousel: " + message + "; see "));
  }
}

TEST_F(UsageTest, WrongUsageIsJsonTooWhenThatIsAsked) {
  const Outcome outcome = Run({"jobs", "get", "--json"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.Json()["error"]["code"], "INVALID_ARGUMENT");
  EXPECT_THAT(std::string(outcome.Json()["error"]["message"]),
              HasSubstr("JOB"));
}

TEST_F(UsageTest, TheServerMustBeAHostAndAPort) {
  for (const char* server : {"localhost", "localhost:", ":50051",
                             "localhost:http", "localhost:0", "h:70000"}) {
    const Outcome outcome =
        RunBare({"server", "info", std::string("--server=") + server});
    EXPECT_EQ(outcome.code, 2) << server;
    EXPECT_THAT(outcome.err, HasSubstr("HOST:PORT")) << server;
  }
}

TEST_F(UsageTest, TheServerIsNoUrl) {
  const Outcome outcome =
      RunBare({"server", "info", "--server=http://localhost:50051"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err,
              HasSubstr("--server is \"http://localhost:50051\"; it must be "
                        "HOST:PORT, without http://; see "));
}

TEST_F(UsageTest, OptionsThatDoNotGoTogetherAreNamedInASentence) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"predict", "--model=m", "--csv=in.csv"}, "--csv and --out go together"},
      {{"predict", "--model=m", "--csv=i", "--out=o", "--text=t"},
       "--text takes no --csv beside it"},
      {{"predict", "--model=m", "--on_error=positive"},
       "--on_error is for --csv"},
      {{"projection"}, "--model or --vectors: give one of them"},
      {{"projection", "--model=m", "--top=5", "--sentiment"},
       "--words, --top or --sentiment: give one of them"},
      {{"projection", "--model=m", "--out=a.png"},
       "--out is \"a.png\"; it must end in .html, .json or .csv"},
      {{"models", "export", "m", "--out="}, "--out is empty"}};
  for (const auto& [arguments, message] : cases) {
    EXPECT_THAT(Run(arguments).err,
                StartsWith("carousel: " + message + "; see carousel "));
  }
}

TEST_F(UsageTest, HelpSaysWhatABareModelNameMeans) {
  const std::vector<std::vector<std::string>> commands = {
      {"predict"},           {"evaluate"},        {"projection"},
      {"models", "get"},     {"models", "load"},  {"models", "unload"},
      {"models", "promote"}, {"models", "export"}};
  for (std::vector<std::string> command : commands) {
    command.push_back("--help");
    EXPECT_THAT(RunBare(command).out,
                HasSubstr("NAME@stable if that label is set, else NAME@latest"))
        << ::testing::PrintToString(command);
  }
}

}  // namespace
}  // namespace carousel::client
