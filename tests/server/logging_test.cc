// What calls and jobs leave in the log, through a real server and worker.
#include <grpcpp/client_context.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/call_context.h"
#include "server/server_timing.h"
#include "tests/support/grpc_status.h"
#include "tests/support/server_fixture.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kTraceparent[] =
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

class LoggingTest : public ServerFixture {
 protected:
  static void Name(grpc::ClientContext& context) {
    context.AddMetadata(kRequestIdKey, "abc-123");
    context.AddMetadata(kTraceparentKey, kTraceparent);
  }

  grpc::Status Predict(const std::string& model, const std::string& text,
                       grpc::ClientContext& context) {
    v1::PredictRequest request;
    request.set_model(model);
    request.add_texts(text);
    v1::PredictResponse response;
    return sentiment_->Predict(&context, request, &response);
  }

  static std::string TimingOf(const grpc::ClientContext& context) {
    const auto& trailers = context.GetServerTrailingMetadata();
    const auto found = trailers.find(kServerTimingKey);
    if (found == trailers.end()) return "";
    return std::string(found->second.data(), found->second.size());
  }

  // The lines in which `text` stands.
  static std::vector<std::string> Lines(const std::string& log,
                                        const std::string& text) {
    std::vector<std::string> lines;
    for (const absl::string_view line : absl::StrSplit(log, '\n')) {
      if (absl::StrContains(line, text)) lines.emplace_back(line);
    }
    return lines;
  }
};

TEST_F(LoggingTest, EveryLineOfACallHasItsNames) {
  // The first has no label then, so that a call loads it.
  for (int i = 0; i < 2; ++i) PublishTinyModel("tiny");
  StartServer();
  grpc::ClientContext context;
  Name(context);
  ASSERT_THAT(Predict("tiny@1", "a good film", context), IsGrpcOk());
  const auto lines = Lines(log(), "request_id=abc-123");
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0], HasSubstr("info version_loaded model=tiny version=1"));
  EXPECT_THAT(lines[1], HasSubstr("rpc method=SentimentService/Predict"));
  for (const std::string& line : lines) {
    EXPECT_THAT(line, HasSubstr("trace_id=" + std::string(kTrace)));
    EXPECT_THAT(line, ContainsRegex("span_id=[0-9a-f]{16}$")) << "and once";
    EXPECT_EQ(line.find("request_id="), line.rfind("request_id="));
    EXPECT_THAT(line, Not(HasSubstr("00f067aa0ba902b7"))) << "the caller's";
  }
}

TEST_F(LoggingTest, ACallWithoutATraceBeginsOne) {
  StartServer();
  for (const char* given : {"", "nonsense"}) {
    grpc::ClientContext context;
    if (*given != '\0') context.AddMetadata(kTraceparentKey, given);
    v1::GetServerInfoResponse response;
    ASSERT_THAT(
        info_->GetServerInfo(&context, v1::GetServerInfoRequest(), &response),
        IsGrpcOk());
  }
  EXPECT_THAT(Lines(log(), "trace_id="), SizeIs(2));
  EXPECT_THAT(log(), ContainsRegex("trace_id=[0-9a-f]{32} span_id="));
  EXPECT_THAT(log(), Not(HasSubstr("nonsense")));
}

TEST_F(LoggingTest, TheLinesOfAJobHaveTheNamesOfItsCall) {
  StartServer();
  UploadSamples();
  grpc::ClientContext context;
  Name(context);
  v1::TrainResponse response;
  ASSERT_THAT(training_->Train(&context, SampleTrainRequest(), &response),
              IsGrpcOk());
  const std::string job = response.job().job();
  Watch(job);
  StopServer();  // its last lines are written
  const auto lines = Lines(log(), "job=" + job);
  for (const std::string& line : lines) {
    EXPECT_THAT(line, HasSubstr("request_id=abc-123 trace_id=" +
                                std::string(kTrace) + " span_id="));
  }
  for (const char* event : {"job_queued", "job_started", "epoch",
                            "version_published", "job_ended"}) {
    EXPECT_THAT(log(), HasSubstr(std::string(" ") + event + " job=" + job));
  }
  ASSERT_OK_AND_ASSIGN(const std::string worker_log,
                       ReadFile(Stored("jobs/" + job + "/worker.log")));
  for (const char* event : {"started", "stage", "epoch", "done"}) {
    EXPECT_THAT(worker_log, HasSubstr(std::string(" info ") + event + " "));
  }
  for (const std::string& line : Lines(worker_log, "Z ")) {
    EXPECT_THAT(line, HasSubstr("job=" + job + " request_id=abc-123 trace_id=" +
                                std::string(kTrace) + " span_id="));
  }
}

TEST_F(LoggingTest, AServerThatLogsJsonHasWorkersThatDo) {
  EventLog json_log(LogFormat::kJson, LogLevel::info, log_sink_);
  StartServer(json_log);
  UploadSamples();
  const std::string job = Train(SampleTrainRequest());
  Watch(job);
  StopServer();
  ASSERT_OK_AND_ASSIGN(const std::string worker_log,
                       ReadFile(Stored("jobs/" + job + "/worker.log")));
  for (const std::string& text : {log(), worker_log}) {
    ASSERT_THAT(text, HasSubstr("\"event\":\"epoch\""));
    for (const absl::string_view line :
         absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      const auto json = nlohmann::json::parse(std::string(line), nullptr,
                                              /*allow_exceptions=*/false);
      EXPECT_TRUE(json.is_object()) << std::string(line);
    }
  }
}

TEST_F(LoggingTest, NothingOfATextIsLoggedAtAnyLevel) {
  PublishTinyModel("tiny");
  log_.set_level(LogLevel::trace);
  StartServer();
  UploadSamples();
  grpc::ClientContext good;
  ASSERT_THAT(Predict("tiny", "my secret opinion", good), IsGrpcOk());
  grpc::ClientContext bad;
  // An error of its own, in the answer.
  ASSERT_THAT(Predict("tiny", "my secret caf\xe9", bad), IsGrpcOk());
  ASSERT_THAT(UploadDataset("broken", "id,review,sentiment\n1,secret,maybe\n"),
              Not(IsGrpcOk()));
  const std::string job = Train(SampleTrainRequest());
  Watch(job);
  ASSERT_OK_AND_ASSIGN(const std::string worker_log,
                       ReadFile(Stored("jobs/" + job + "/worker.log")));
  EXPECT_THAT(log(), HasSubstr("SentimentService/Predict"));
  EXPECT_THAT(log(), HasSubstr("DatasetService/UploadDataset"));
  EXPECT_THAT(log(), Not(HasSubstr("secret")));
  EXPECT_THAT(log(), Not(HasSubstr("film")));  // the samples' word
  EXPECT_THAT(worker_log, Not(HasSubstr("film")));
}

TEST_F(LoggingTest, TrailersTellWhereTheTimeOfACallWent) {
  PublishTinyModel("tiny");
  StartServer();
  const std::string number = "[0-9]+\\.[0-9][0-9][0-9]";
  grpc::ClientContext predict;
  ASSERT_THAT(Predict("tiny", "a good film", predict), IsGrpcOk());
  EXPECT_THAT(
      TimingOf(predict),
      ContainsRegex("^model;dur=" + number + ", tokenize;dur=" + number +
                    ", queue;dur=" + number + ", forward;dur=" + number +
                    ", reply;dur=" + number + ", total;dur=" + number + "$"));
  EXPECT_THAT(log(), HasSubstr("timing=\"" + TimingOf(predict) + "\""));
  grpc::ClientContext info;
  v1::GetServerInfoResponse response;
  ASSERT_THAT(
      info_->GetServerInfo(&info, v1::GetServerInfoRequest(), &response),
      IsGrpcOk());
  EXPECT_THAT(TimingOf(info),
              ContainsRegex("^queue;dur=" + number + ", work;dur=" + number +
                            ", total;dur=" + number + "$"));
  // A call that is refused took time as well.
  grpc::ClientContext refused;
  v1::PredictResponse none;
  EXPECT_THAT(sentiment_->Predict(&refused, v1::PredictRequest(), &none),
              GrpcCodeIs(grpc::StatusCode::INVALID_ARGUMENT));
  EXPECT_THAT(TimingOf(refused), ContainsRegex("^total;dur=" + number + "$"));
}

TEST_F(LoggingTest, TheLevelChangesAtRunTime) {
  StartServer();
  v1::SetLogLevelRequest request;
  request.set_level(v1::LOG_LEVEL_ERROR);
  v1::SetLogLevelResponse response;
  grpc::ClientContext raise;
  ASSERT_THAT(admin_->SetLogLevel(&raise, request, &response), IsGrpcOk());
  EXPECT_EQ(response.previous_level(), v1::LOG_LEVEL_INFO);
  EXPECT_THAT(log(), HasSubstr("log_level level=error previous_level=info"));

  grpc::ClientContext get;
  v1::GetLogLevelResponse current;
  ASSERT_THAT(admin_->GetLogLevel(&get, v1::GetLogLevelRequest(), &current),
              IsGrpcOk());
  EXPECT_EQ(current.level(), v1::LOG_LEVEL_ERROR);
  EXPECT_THAT(log(), Not(HasSubstr("AdminService/GetLogLevel")));

  request.set_level(v1::LOG_LEVEL_INFO);
  grpc::ClientContext lower;
  ASSERT_THAT(admin_->SetLogLevel(&lower, request, &response), IsGrpcOk());
  EXPECT_EQ(response.previous_level(), v1::LOG_LEVEL_ERROR);
  EXPECT_THAT(log(), HasSubstr("log_level level=info previous_level=error"));
}

TEST_F(LoggingTest, AStopIsOverAfterTheJobsThatItStopped) {
  StartServer();
  UploadSamples();
  WaitUntilRunning(Train(EndlessTrainRequest()));
  StopServer();
  const std::string lines = log();
  const std::size_t ended = lines.find(" job_ended ");
  const std::size_t stopped = lines.rfind(" stopped");
  ASSERT_NE(ended, std::string::npos) << lines;
  ASSERT_NE(stopped, std::string::npos) << lines;
  EXPECT_LT(ended, stopped);
}

TEST_F(LoggingTest, AnUnknownLevelIsRefused) {
  StartServer();
  for (const int level : {0, 8}) {
    v1::SetLogLevelRequest request;
    request.set_level(static_cast<v1::LogLevel>(level));
    v1::SetLogLevelResponse response;
    grpc::ClientContext context;
    const grpc::Status status =
        admin_->SetLogLevel(&context, request, &response);
    EXPECT_THAT(status, GrpcCodeIs(grpc::StatusCode::INVALID_ARGUMENT));
    EXPECT_THAT(status.error_message(),
                HasSubstr("level is " + std::to_string(level) +
                          "; it must be 1 (LOG_LEVEL_TRACE) to 7"));
  }
  EXPECT_EQ(log_.level(), LogLevel::info);
}

}  // namespace
}  // namespace carousel
