// The command line in this process, against a server whose answers a test
// writes.
#ifndef CAROUSEL_TESTS_CLIENT_CLI_FIXTURE_H_
#define CAROUSEL_TESTS_CLIENT_CLI_FIXTURE_H_

#include <map>
#include <sstream>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/cli.h"
#include "client/cli/environment.h"
#include "core/base/clock.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/client/fake_server.h"
#include "tests/client/fake_waiter.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel::client {

// What a run of the program left behind.
struct Outcome {
  int code = 0;
  std::string out;
  std::string err;

  // The one object on standard output.
  nlohmann::ordered_json Json() const {
    return nlohmann::ordered_json::parse(out, nullptr,
                                         /*allow_exceptions=*/false);
  }
  // One object a line.
  std::vector<nlohmann::ordered_json> JsonLines() const {
    std::vector<nlohmann::ordered_json> lines;
    std::istringstream stream(out);
    for (std::string line; std::getline(stream, line);) {
      lines.push_back(nlohmann::ordered_json::parse(
          line, nullptr, /*allow_exceptions=*/false));
    }
    return lines;
  }
};

inline std::vector<std::string> Keys(const nlohmann::ordered_json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

class CliTest : public ::testing::Test {
 protected:
  // Runs `carousel` against the fake server.
  Outcome Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "--server=" + server_.address());
    return RunBare(arguments);
  }

  // Without --server.
  Outcome RunBare(const std::vector<std::string>& arguments) {
    std::istringstream in(input_);
    std::ostringstream out;
    std::ostringstream err;
    const Environment environment = {
        .in = in,
        .out = out,
        .err = err,
        .out_is_terminal = terminal_,
        .err_is_terminal = terminal_,
        .variable =
            [this](const std::string& name) { return variables_[name]; },
        .stop = stop_.get_token(),
        .clock = Clock::Real(),
        .waiter = waiter_};
    const ExitCode code = client::Run(arguments, environment);
    return {.code = static_cast<int>(code), .out = out.str(), .err = err.str()};
  }

  std::string WriteInput(const std::string& name, const std::string& content) {
    std::string path = folder_ / name;
    EXPECT_OK(WriteFileAtomically(path, content));
    return path;
  }

  FakeServer server_;
  TempDir folder_;
  FakeWaiter waiter_;
  std::stop_source stop_;
  std::map<std::string, std::string> variables_;
  std::string input_;  // standard input
  bool terminal_ = false;
};

}  // namespace carousel::client

#endif  // CAROUSEL_TESTS_CLIENT_CLI_FIXTURE_H_
