// A real server in this process that scripts of calls are run against.
#ifndef CAROUSEL_TESTS_FUZZ_FUZZED_SERVER_H_
#define CAROUSEL_TESTS_FUZZ_FUZZED_SERVER_H_

#include <grpcpp/support/status.h>

#include <filesystem>
#include <optional>
#include <vector>

#include "tests/fuzz/call_script.h"
#include "tests/support/server_fixture.h"
#include "tests/support/temp_dir.h"

namespace carousel {

// What a server has when a script begins: the models "film" and "stream" (which
// can read a text as it comes), the dataset "reviews", the vectors "words", and
// the cancelled job "job-000001" with two epochs behind it. Made once and
// copied.
class FuzzedServerData final : public ServerFixture {
 public:
  FuzzedServerData();

  const std::filesystem::path& folder() const { return options_.data_dir; }

 private:
  void TestBody() override {}

  EventLog silence_{LogFormat::kText, LogLevel::off, log_sink_};
};

// Its jobs stay queued: the program that is to train is one that the system
// does not start. What training does is no matter of requests.
class FuzzedServer final : public ServerFixture {
 public:
  explicit FuzzedServer(const FuzzedServerData& data);
  ~FuzzedServer() override { StopServer(); }

  // The code that each call ends with, in their order; nothing for a call
  // that no client could send. Removes the jobs that the script made.
  std::vector<std::optional<grpc::StatusCode>> Run(CallScript& script);

  // Whether a script has deleted what the next ones are to find.
  bool is_spent() const { return is_spent_; }

  std::filesystem::path jobs_folder() const { return Stored("jobs"); }

 private:
  void TestBody() override {}
  std::optional<grpc::StatusCode> Call(const ScriptedCall& call);
  void RemoveJobs();

  EventLog silence_{LogFormat::kText, LogLevel::off, log_sink_};
  bool is_spent_ = false;
  std::vector<std::string> jobs_;  // of the script that runs
};

// Whether that is no answer that a request may get, whatever it asks: the
// server is at fault, gives none, or does not know the method.
bool IsFault(std::optional<grpc::StatusCode> code);

// Writes an executable file that no system starts.
std::filesystem::path WriteUnstartable(const TempDir& folder);

}  // namespace carousel

#endif  // CAROUSEL_TESTS_FUZZ_FUZZED_SERVER_H_
