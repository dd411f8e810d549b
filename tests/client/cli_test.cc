// What all commands have in common: options, errors, exit codes.
#include "client/cli/cli.h"

#include <future>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

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

}  // namespace
}  // namespace carousel::client
