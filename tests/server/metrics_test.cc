#include "server/metrics.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "carousel/v1/sentiment.pb.h"
#include "carousel/v1/training.pb.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.pb.h"
#include "gtest/gtest.h"
#include "server/metrics_server.h"
#include "server/scraped_metrics.h"
#include "tests/support/fake_clock.h"
#include "tests/support/http_get.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

// The real exposition over HTTP.
class MetricsTest : public ::testing::Test {
 protected:
  MetricsTest() : metrics_({"1.2.3", "2.11.0", "cpu"}, clock_) {
    auto server = MetricsServer::Start({"127.0.0.1", 0});
    EXPECT_OK(server);
    server_ = *std::move(server);
    server_->Add(metrics_.registry());
  }

  Series Now() {
    const auto series = Scrape(server_->address().ToString());
    EXPECT_OK(series);
    return series.ok() ? *series : Series();
  }

  FakeClock clock_;
  Metrics metrics_;
  std::unique_ptr<MetricsServer> server_;
};

JobRecord SampleJob() {
  JobRecord job;
  job.job = "job-000007";
  job.model = "imdb";
  job.epoch = 3;
  job.epochs = 50;
  return job;
}

TEST_F(MetricsTest, SaysWhatRuns) {
  EXPECT_THAT(Now(), Contains(Pair(
                         "carousel_build_info{device=\"cpu\",torch=\"2.11.0\","
                         "version=\"1.2.3\"}",
                         1)));
}

TEST_F(MetricsTest, CountsCallsByMethodAndCode) {
  v1::PredictRequest::descriptor();  // links the file that has the method
  RpcMetrics::Method& method =
      metrics_.rpc().ForMethod("/carousel.v1.SentimentService/Predict");
  method.Began();
  method.Began();
  method.Began();
  method.Ended(grpc::StatusCode::OK, 0.2);
  method.Ended(grpc::StatusCode::NOT_FOUND, 0.001);
  const Series series = Now();
  const std::string label = "{method=\"SentimentService/Predict\"";
  EXPECT_EQ(series.at("carousel_rpc_in_flight" + label + "}"), 1);
  EXPECT_EQ(series.at("carousel_rpc_duration_seconds_count" + label + "}"), 2);
  EXPECT_DOUBLE_EQ(series.at("carousel_rpc_duration_seconds_sum" + label + "}"),
                   0.201);
  EXPECT_EQ(series.at("carousel_rpc_duration_seconds_bucket" + label +
                      ",le=\"0.1\"}"),
            1);
  const std::string total = "carousel_rpc_requests_total{code=";
  const std::string predict = ",method=\"SentimentService/Predict\"}";
  EXPECT_EQ(series.at(total + "\"OK\"" + predict), 1);
  EXPECT_EQ(series.at(total + "\"NOT_FOUND\"" + predict), 1);
}

TEST_F(MetricsTest, LabelsMethodsWithoutTheirPackage) {
  // Links the files that say which methods there are.
  v1::TrainRequest::descriptor();
  grpc::health::v1::HealthCheckRequest::descriptor();
  EXPECT_EQ(MethodLabel("/carousel.v1.TrainingService/Train"),
            "TrainingService/Train");
  EXPECT_EQ(MethodLabel("/grpc.health.v1.Health/Check"), "Health/Check");
}

TEST_F(MetricsTest, MethodsThatNobodyHasAreOneLabel) {
  for (const std::string method :
       {"/Plain/Call", "/carousel.v1.SentimentService/Nonsense",
        "/carousel.v1.SentimentService", "/", ""}) {
    EXPECT_EQ(MethodLabel(method), "other") << method;
    metrics_.rpc().ForMethod(method).Began();
  }
  std::vector<std::string> in_flight;
  for (const auto& [name, value] : Now()) {
    if (name.starts_with("carousel_rpc_in_flight")) in_flight.push_back(name);
  }
  EXPECT_THAT(in_flight,
              ElementsAre("carousel_rpc_in_flight{method=\"other\"}"));
  EXPECT_EQ(Now().at(in_flight[0]), 5);
}

TEST_F(MetricsTest, CountsTextsAndTheirAnswers) {
  PredictMetrics& predict = metrics_.predict();
  predict.OnTokenized("imdb", 120, 7, 0.002);
  predict.OnAnswer("imdb", 0.93);
  predict.OnAnswer("imdb", 0.12);
  predict.OnAnswer("imdb", absl::InvalidArgumentError("no tokens"));
  const Series series = Now();
  const std::string texts = "carousel_predict_texts_total{model=\"imdb\",";
  EXPECT_EQ(series.at(texts + "result=\"ok\"}"), 2);
  EXPECT_EQ(series.at(texts + "result=\"error\"}"), 1);
  EXPECT_EQ(series.at("carousel_predict_tokens_total{model=\"imdb\"}"), 120);
  EXPECT_EQ(series.at("carousel_predict_unknown_tokens_total{model=\"imdb\"}"),
            7);
  const std::string probability =
      "carousel_predict_probability_bucket{model=\"imdb\",le=";
  EXPECT_EQ(series.at(probability + "\"0.5\"}"), 1);
  EXPECT_EQ(series.at(probability + "\"+Inf\"}"), 2);
}

TEST_F(MetricsTest, MeasuresBatchesAndPhases) {
  PredictMetrics& predict = metrics_.predict();
  predict.OnBatch(48, 0.25);
  predict.OnQueueWait(0.003);
  predict.OnTokenized("imdb", 1, 0, 0.5);
  predict.OnReply(0.125);
  predict.OnLoad(2);
  const Series series = Now();
  EXPECT_EQ(series.at("carousel_predict_batch_rows_sum"), 48);
  EXPECT_EQ(series.at("carousel_predict_queue_wait_seconds_count"), 1);
  const std::string phase = "carousel_predict_phase_seconds_sum{phase=";
  EXPECT_DOUBLE_EQ(series.at(phase + "\"forward\"}"), 0.25);
  EXPECT_DOUBLE_EQ(series.at(phase + "\"tokenize\"}"), 0.5);
  EXPECT_DOUBLE_EQ(series.at(phase + "\"reply\"}"), 0.125);
  EXPECT_EQ(series.at("carousel_model_load_duration_seconds_sum"), 2);
}

TEST_F(MetricsTest, ManyModelsShareOneLabel) {
  for (int i = 0; i < 60; ++i) {
    metrics_.predict().OnAnswer(absl::StrCat("model", i), 0.5);
  }
  metrics_.predict().OnAnswer("model0", 0.5);  // keeps its own
  const Series series = Now();
  const auto texts = [&](const std::string& model) {
    return series.at("carousel_predict_texts_total{model=\"" + model +
                     "\",result=\"ok\"}");
  };
  EXPECT_EQ(texts("model0"), 2);
  EXPECT_EQ(texts("model49"), 1);
  EXPECT_EQ(texts("other"), 10);
}

TEST_F(MetricsTest, FollowsAJobInItsSlot) {
  TrainingMetrics& training = metrics_.training();
  training.OnSlotTaken(0, SampleJob());
  WorkerProgress progress;
  progress.mean_loss = 0.5;
  progress.learning_rate = 0.001;
  progress.gradient_norm = 2;
  progress.tokens = 300;
  training.OnProgress(0, SampleJob(), progress);
  training.OnProgress(0, SampleJob(), progress);
  const Series series = Now();
  EXPECT_EQ(series.at("carousel_train_job_info{job=\"job-000007\","
                      "model=\"imdb\",slot=\"0\"}"),
            1);
  EXPECT_EQ(series.at("carousel_train_epoch{slot=\"0\"}"), 3);
  EXPECT_EQ(series.at("carousel_train_epochs{slot=\"0\"}"), 50);
  EXPECT_EQ(series.at("carousel_train_loss{slot=\"0\",split=\"train\"}"), 0.5);
  EXPECT_EQ(series.at("carousel_train_learning_rate{slot=\"0\"}"), 0.001);
  EXPECT_EQ(series.at("carousel_train_gradient_norm{slot=\"0\"}"), 2);
  EXPECT_EQ(series.at("carousel_train_tokens_total{slot=\"0\"}"), 600);
  EXPECT_EQ(
      series.at("carousel_train_last_progress_timestamp_seconds{slot=\"0\"}"),
      1'700'000'000);
}

TEST_F(MetricsTest, ShowsAnEpochOnBothSplits) {
  metrics_.training().OnSlotTaken(1, SampleJob());
  EpochRecord epoch;
  epoch.epoch = 4;
  epoch.train_loss = 0.4;
  epoch.train_accuracy = 0.8;
  epoch.validation_loss = 0.5;
  epoch.validation_accuracy = 0.7;
  metrics_.training().OnEpoch(1, SampleJob(), epoch);
  const Series series = Now();
  const std::string train = "{slot=\"1\",split=\"train\"}";
  const std::string validation = "{slot=\"1\",split=\"validation\"}";
  EXPECT_EQ(series.at("carousel_train_loss" + train), 0.4);
  EXPECT_EQ(series.at("carousel_train_loss" + validation), 0.5);
  EXPECT_EQ(series.at("carousel_train_accuracy" + train), 0.8);
  EXPECT_EQ(series.at("carousel_train_accuracy" + validation), 0.7);
  EXPECT_EQ(series.at("carousel_train_epoch{slot=\"1\"}"), 4);
}

TEST_F(MetricsTest, ASlotForgetsItsLastJob) {
  TrainingMetrics& training = metrics_.training();
  training.OnSlotTaken(0, SampleJob());
  training.OnEpoch(0, SampleJob(), EpochRecord{.epoch = 1});
  training.OnSlotFreed(0, SampleJob());
  EXPECT_THAT(Now(),
              Not(Contains(Key(StartsWith("carousel_train_job_info{")))));
  JobRecord next = SampleJob();
  next.job = "job-000008";
  training.OnSlotTaken(0, next);
  const Series series = Now();
  EXPECT_THAT(series, Contains(Key("carousel_train_job_info{job=\"job-000008\","
                                   "model=\"imdb\",slot=\"0\"}")));
  EXPECT_THAT(series, Not(Contains(Key(StartsWith("carousel_train_loss{")))));
}

TEST_F(MetricsTest, LooksUpTheRestWhenAsked) {
  auto scraped = std::make_shared<ScrapedMetrics>(
      ScrapeSources{
          .jobs =
              [] {
                return std::array<std::int64_t, kJobStates>{4, 1, 9, 2, 3};
              },
          .model_versions =
              [] {
                return std::map<std::string, std::int64_t>{{"imdb", 3}};
              },
          .predict_queue_depth = [] { return std::size_t{17}; },
          .data_dir = "/",
          .device = "cpu"},
      metrics_.labels());
  server_->Add(scraped);
  const Series series = Now();
  EXPECT_EQ(series.at("carousel_jobs{state=\"QUEUED\"}"), 4);
  EXPECT_EQ(series.at("carousel_jobs{state=\"RUNNING\"}"), 1);
  EXPECT_EQ(series.at("carousel_jobs{state=\"SUCCEEDED\"}"), 9);
  EXPECT_EQ(series.at("carousel_jobs{state=\"FAILED\"}"), 2);
  EXPECT_EQ(series.at("carousel_jobs{state=\"CANCELLED\"}"), 3);
  EXPECT_EQ(series.at("carousel_model_versions{model=\"imdb\"}"), 3);
  EXPECT_EQ(series.at("carousel_predict_queue_depth"), 17);
  EXPECT_GT(series.at("carousel_data_disk_free_bytes"), 0);
  const double resident = series.at("process_resident_memory_bytes");
  EXPECT_GT(resident, 1 << 20);
  EXPECT_EQ(series.at("carousel_device_memory_bytes{device=\"cpu\","
                      "kind=\"resident\"}"),
            resident);
  EXPECT_GT(series.at("process_virtual_memory_bytes"), resident);
  EXPECT_GT(series.at("process_cpu_seconds_total"), 0);
  EXPECT_GT(series.at("process_open_fds"), 3);
  EXPECT_GE(series.at("process_max_fds"), series.at("process_open_fds"));
  // This century.
  EXPECT_GT(series.at("process_start_time_seconds"), 946684800);
}

TEST_F(MetricsTest, ASourceThatFailsIsLeftOut) {
  auto scraped = std::make_shared<ScrapedMetrics>(
      ScrapeSources{
          .jobs = [] { return absl::InternalError("disk"); },
          .model_versions = [] { return absl::InternalError("disk"); },
          .predict_queue_depth = [] { return std::size_t{0}; },
          .data_dir = "/no/such/folder",
          .device = "cuda:0"},
      metrics_.labels());
  server_->Add(scraped);
  const Series series = Now();
  EXPECT_THAT(series, Not(Contains(Key(StartsWith("carousel_jobs")))));
  EXPECT_THAT(series, Not(Contains(Key("carousel_data_disk_free_bytes"))));
  EXPECT_THAT(series,
              Not(Contains(Key(StartsWith("carousel_device_memory_bytes")))));
  EXPECT_THAT(series, Contains(Pair("carousel_predict_queue_depth", 0)));
}

TEST(MetricsServerTest, SaysThatThePortIsInUse) {
  const auto first = MetricsServer::Start({"127.0.0.1", 0});
  ASSERT_OK(first);
  EXPECT_THAT(MetricsServer::Start((*first)->address()),
              StatusIs(absl::StatusCode::kUnavailable,
                       ::testing::HasSubstr("Address already in use")));
}

}  // namespace
}  // namespace carousel
