// What all commands have in common: options, errors, exit codes, help.
#include "client/cli/cli.h"

#include <future>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const std::vector<std::vector<std::string>>& AllCommands() {
  static const auto& commands =
      *new std::vector<std::vector<std::string>>{{"dataset", "import"},
                                                 {"dataset", "list"},
                                                 {"dataset", "describe"},
                                                 {"dataset", "delete"},
                                                 {"vectors", "import"},
                                                 {"vectors", "list"},
                                                 {"vectors", "delete"},
                                                 {"train"},
                                                 {"jobs", "list"},
                                                 {"jobs", "get"},
                                                 {"jobs", "watch"},
                                                 {"jobs", "cancel"},
                                                 {"jobs", "resume"},
                                                 {"evaluate"},
                                                 {"predict"},
                                                 {"projection"},
                                                 {"models", "list"},
                                                 {"models", "get"},
                                                 {"models", "promote"},
                                                 {"models", "load"},
                                                 {"models", "unload"},
                                                 {"models", "delete"},
                                                 {"models", "export"},
                                                 {"server", "info"},
                                                 {"admin", "backup"}};
  return commands;
}

TEST_F(CliTest, EveryCommandHelpsWithAnExampleOfItself) {
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

TEST_F(CliTest, TheProgramHelpsAndSaysItsVersion) {
  const Outcome help = RunBare({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, AllOf(HasSubstr("--server"), HasSubstr("--json"),
                              HasSubstr("--timeout"), HasSubstr("predict")));
  EXPECT_THAT(RunBare({"--version"}).out, StartsWith("carousel "));
}

TEST_F(CliTest, TheHelpOfTheProgramNamesEveryCommand) {
  const std::string help = RunBare({"--help"}).out;
  for (const std::vector<std::string>& command : AllCommands()) {
    EXPECT_THAT(help, HasSubstr("\n  " + command.front() + "  "));
    EXPECT_THAT(help, ContainsRegex("[ ,]" + command.back()));
  }
  EXPECT_THAT(help, HasSubstr("  Labelled texts:\n"));
  EXPECT_THAT(help, HasSubstr("  import, list, describe, delete\n"));
}

TEST_F(CliTest, EveryGroupHelpsWithAnExampleOfItself) {
  for (const char* group :
       {"dataset", "vectors", "jobs", "models", "server", "admin"}) {
    const std::string help = RunBare({group, "--help"}).out;
    EXPECT_THAT(help, HasSubstr(absl::StrCat("Example:\n  carousel ", group)));
    EXPECT_THAT(help, Not(HasSubstr("carousel train")));
  }
}

TEST_F(CliTest, WrongUsageIsTwo) {
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
      {"projection"},
      {"projection", "--model=m", "--vectors=v"},
      {"projection", "--model=m", "--top=5", "--sentiment"},
      {"projection", "--model=m", "--out=words.png"},
      {"models", "export", "m"},
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

TEST_F(CliTest, AMistypedWordIsNamed) {
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

TEST_F(CliTest, WhatIsMissingIsNamedWhenNothingIsMistyped) {
  EXPECT_EQ(RunBare({"train"}).err,
            "carousel: --dataset is required; see carousel train --help\n");
  EXPECT_EQ(RunBare({"jobs"}).err,
            "carousel: A subcommand is required; see carousel jobs --help\n");
}

TEST_F(CliTest, AWrongNumberIsShortlySaidToBeOne) {
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

TEST_F(CliTest, WrongUsageIsJsonTooWhenThatIsAsked) {
  const Outcome outcome = Run({"jobs", "get", "--json"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.Json()["error"]["code"], "INVALID_ARGUMENT");
  EXPECT_THAT(std::string(outcome.Json()["error"]["message"]),
              HasSubstr("JOB"));
}

TEST_F(CliTest, TheServerMustBeAHostAndAPort) {
  for (const char* server : {"localhost", "localhost:", ":50051",
                             "localhost:http", "localhost:0", "h:70000"}) {
    const Outcome outcome =
        RunBare({"server", "info", std::string("--server=") + server});
    EXPECT_EQ(outcome.code, 2) << server;
    EXPECT_THAT(outcome.err, HasSubstr("HOST:PORT")) << server;
  }
}

// A server that says its version.
void SayVersion(FakeServer& server, const std::string& version) {
  server.get_server_info = [version](const auto&, auto& response) {
    response.mutable_server()->set_version(version);
    return grpc::Status::OK;
  };
}

TEST_F(CliTest, TakesCommonOptionsBeforeAndAfterTheCommand) {
  SayVersion(server_, "1.2.3");
  const std::string server = "--server=" + server_.address();
  const std::vector<std::vector<std::string>> cases = {
      {server, "--json", "--timeout=60", "server", "info"},
      {"server", server, "--json", "info", "--timeout", "60"},
      {"server", "info", "--timeout=60.5", "--json", "--server",
       server_.address()}};
  for (const auto& arguments : cases) {
    const Outcome outcome = RunBare(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.Json()["version"], "1.2.3") << outcome.out;
  }
}

TEST_F(CliTest, TheServerComesFromTheEnvironmentUnlessItIsGiven) {
  SayVersion(server_, "1.2.3");
  variables_["CAROUSEL_SERVER"] = server_.address();
  EXPECT_EQ(RunBare({"server", "info"}).code, 0);
  variables_["CAROUSEL_SERVER"] = kUnusedAddress;
  EXPECT_EQ(RunBare({"server", "info"}).code, 5);
  EXPECT_EQ(Run({"server", "info"}).code, 0);
}

TEST_F(CliTest, AServerThatIsNotThereIsFiveAndSaysWhatToDo) {
  variables_["CAROUSEL_SERVER"] = kUnusedAddress;
  const Outcome outcome = RunBare({"jobs", "list", "--json"});
  EXPECT_EQ(outcome.code, 5);
  const auto error = outcome.Json()["error"];
  EXPECT_EQ(error["code"], "UNAVAILABLE");
  for (const std::string& text : {std::string(error["message"]), outcome.err}) {
    EXPECT_THAT(text,
                AllOf(HasSubstr("cannot reach the server at 127.0.0.1:1"),
                      HasSubstr("is carouseld running?"), HasSubstr("--server"),
                      HasSubstr("CAROUSEL_SERVER")));
  }
}

TEST_F(CliTest, TimeoutEndsACallThatHangs) {
  std::promise<void> done;
  server_.get_server_info = [released = done.get_future().share()](const auto&,
                                                                   auto&) {
    released.wait();
    return grpc::Status::OK;
  };
  const Outcome outcome = Run({"server", "info", "--timeout=0.05", "--json"});
  EXPECT_EQ(outcome.code, 5);
  EXPECT_EQ(outcome.Json()["error"]["code"], "DEADLINE_EXCEEDED");
  done.set_value();
}

TEST_F(CliTest, AnInterruptEndsACall) {
  std::promise<void> done;
  server_.get_server_info = [this, released = done.get_future().share()](
                                const auto&, auto&) {
    stop_.request_stop();
    released.wait();
    return grpc::Status::OK;
  };
  const Outcome outcome = Run({"server", "info", "--json"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.Json()["error"]["code"], "CANCELLED");
  done.set_value();
}

struct CodeCase {
  grpc::StatusCode status;
  int exit_code;
  std::string name;
  Details details = {};
};

TEST_F(CliTest, ExitCodesFollowFromTheServersCodes) {
  const std::vector<CodeCase> cases = {
      {grpc::StatusCode::NOT_FOUND, 3, "NOT_FOUND"},
      {grpc::StatusCode::INVALID_ARGUMENT, 4, "INVALID_ARGUMENT"},
      {grpc::StatusCode::FAILED_PRECONDITION, 4, "FAILED_PRECONDITION"},
      {grpc::StatusCode::ALREADY_EXISTS, 4, "ALREADY_EXISTS"},
      {grpc::StatusCode::PERMISSION_DENIED, 4, "PERMISSION_DENIED"},
      {grpc::StatusCode::UNAUTHENTICATED, 4, "UNAUTHENTICATED"},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, 4, "RESOURCE_EXHAUSTED"},
      {grpc::StatusCode::RESOURCE_EXHAUSTED,
       5,
       "RESOURCE_EXHAUSTED",
       {.retry_seconds = 2}},
      {grpc::StatusCode::UNAVAILABLE, 5, "UNAVAILABLE"},
      {grpc::StatusCode::DEADLINE_EXCEEDED, 5, "DEADLINE_EXCEEDED"},
      {grpc::StatusCode::INTERNAL, 1, "INTERNAL"},
      {grpc::StatusCode::UNIMPLEMENTED, 1, "UNIMPLEMENTED"}};
  for (const CodeCase& c : cases) {
    server_.get_job = [&c](const auto&, auto&) {
      return StatusWithDetails(c.status, "the reason", c.details);
    };
    const Outcome outcome = Run({"jobs", "get", "job-1", "--json"});
    EXPECT_EQ(outcome.code, c.exit_code) << c.name;
    EXPECT_THAT(Keys(outcome.Json()), ElementsAre("error")) << outcome.out;
    EXPECT_THAT(Keys(outcome.Json()["error"]),
                ElementsAre("code", "message", "details"));
    EXPECT_EQ(outcome.Json()["error"]["code"], c.name);
    EXPECT_THAT(outcome.err, StartsWith("carousel: "));
  }
}

TEST_F(CliTest, DetailsOfAnErrorAreKept) {
  server_.train = [](const auto&, auto&) {
    return StatusWithDetails(
        grpc::StatusCode::INVALID_ARGUMENT,
        "learning_rate is 12; it must be in (0, 1]; layers is 99; it must be "
        "in [1, 8]",
        {.violations = {{"learning_rate",
                         "learning_rate is 12; it must be in (0, 1]"},
                        {"layers", "layers is 99; it must be in [1, 8]"}},
         .reason = "INVALID_SETTINGS",
         .retry_seconds = 1.5});
  };
  const Outcome outcome =
      Run({"train", "--dataset=d", "--vectors=v", "--model=m", "--json"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_EQ(outcome.Json()["error"]["details"],
            nlohmann::ordered_json::parse(R"([
      {"type": "BadRequest", "field_violations": [
        {"field": "learning_rate",
         "description": "learning_rate is 12; it must be in (0, 1]"},
        {"field": "layers",
         "description": "layers is 99; it must be in [1, 8]"}]},
      {"type": "ErrorInfo", "reason": "INVALID_SETTINGS"},
      {"type": "RetryInfo", "retry_delay": 1.5}])"));
  EXPECT_THAT(
      outcome.err,
      HasSubstr("\n  learning_rate: learning_rate is 12; it must be in (0, 1]"
                "\n  layers: layers is 99; it must be in [1, 8]\n"));
}

TEST_F(CliTest, AServerThatDrainsIsNotTakenForOneThatIsNotThere) {
  server_.get_job = [](const auto&, auto&) {
    return StatusWithDetails(grpc::StatusCode::UNAVAILABLE,
                             "the server is stopping", {.reason = "DRAINING"});
  };
  const Outcome outcome = Run({"jobs", "get", "job-1"});
  EXPECT_EQ(outcome.code, 5);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("the server is stopping"),
                                 Not(HasSubstr("cannot reach"))));
}

TEST_F(CliTest, WhatIsNotThereComesWithTheCommandThatListsWhatIs) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"model \"m\" not found", "; see carousel models list"},
      {"model m has no version 9", "; see carousel models list"},
      {"dataset \"d\" not found", "; see carousel dataset list"},
      {"vectors \"v\" not found", "; see carousel vectors list"},
      {"job \"j\" not found", "; see carousel jobs list"},
      {"something else", ""}};
  for (const auto& [message, hint] : cases) {
    server_.evaluate = [&message = message](const auto&, auto&) {
      return StatusWithDetails(grpc::StatusCode::NOT_FOUND, message,
                               {.reason = "GONE"});
    };
    const Outcome outcome =
        Run({"evaluate", "--model=m", "--dataset=d", "--json"});
    EXPECT_EQ(outcome.code, 3);
    EXPECT_EQ(outcome.err, "carousel: " + message + hint + "\n");
    EXPECT_EQ(outcome.Json()["error"]["details"][0]["reason"], "GONE");
  }
}

TEST_F(CliTest, AnEmptyListIsSaidInWordsToPeopleOnly) {
  server_.list_jobs = [](const auto&, auto&) { return grpc::Status::OK; };
  server_.list_models = [](const auto&, auto&) { return grpc::Status::OK; };
  server_.list_datasets = [](const auto&, auto&) { return grpc::Status::OK; };
  server_.list_vectors = [](const auto&, auto&) { return grpc::Status::OK; };
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"jobs", "list"}, "no jobs\n"},
      {{"jobs", "list", "--state=Failed"}, "no failed jobs\n"},
      {{"models", "list"}, "no models\n"},
      {{"models", "list", "imdb"}, "no versions of imdb\n"},
      {{"dataset", "list"}, "no datasets\n"},
      {{"vectors", "list"}, "no vectors\n"}};
  for (auto [command, message] : cases) {
    const Outcome outcome = Run(command);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, message);
    command.push_back("--json");
    const Outcome json = Run(command);
    EXPECT_THAT(json.out, HasSubstr("[]"));
    EXPECT_EQ(json.err, "");
  }
}

TEST_F(CliTest, ServerInfoCountsInWords) {
  server_.get_server_info = [](const auto&, auto& response) {
    response.mutable_server()->set_train_slots(1);
    return grpc::Status::OK;
  };
  EXPECT_THAT(Run({"server", "info"}).out,
              AllOf(HasSubstr("0 running, 0 queued, 1 slot\n"),
                    HasSubstr("models loaded  none\n")));
  server_.get_server_info = [](const auto&, auto& response) {
    response.mutable_server()->set_train_slots(2);
    response.mutable_server()->add_loaded_models("imdb@1");
    return grpc::Status::OK;
  };
  EXPECT_THAT(
      Run({"server", "info"}).out,
      AllOf(HasSubstr("2 slots\n"), HasSubstr("models loaded  imdb@1\n")));
}

TEST_F(CliTest, ANameMayBeTheWordOfACommand) {
  std::string asked;
  server_.delete_dataset = [&asked](const auto& request, auto&) {
    asked = request.name();
    return grpc::Status::OK;
  };
  for (const char* name : {"models", "list", "import", "train"}) {
    EXPECT_EQ(Run({"dataset", "delete", name}).code, 0) << name;
    EXPECT_EQ(asked, name);
  }
}

TEST_F(CliTest, FullStandardOutputIsAnError) {
  SayVersion(server_, "1.2.3");
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  const Environment environment = {
      .in = in,
      .out = out,
      .err = err,
      .variable = [](const std::string&) { return std::string(); },
      .clock = Clock::Real(),
      .waiter = waiter_};
  EXPECT_EQ(client::Run({"server", "info", "--server=" + server_.address()},
                        environment),
            ExitCode::kOther);
  EXPECT_THAT(err.str(), HasSubstr("standard output"));
}

TEST_F(CliTest, ServerInfoHasItsFields) {
  SayVersion(server_, "1.2.3");
  const Outcome outcome = Run({"server", "info", "--json"});
  EXPECT_THAT(
      Keys(outcome.Json()),
      ElementsAre("version", "torch", "device", "engine", "train_slots",
                  "running_jobs", "queued_jobs", "loaded_models",
                  "predict_queue_depth", "started_at", "metrics_address"));
  EXPECT_TRUE(outcome.Json()["started_at"].is_null());
  EXPECT_THAT(Run({"server", "info"}).out, HasSubstr("1.2.3"));
}

}  // namespace
}  // namespace carousel::client
