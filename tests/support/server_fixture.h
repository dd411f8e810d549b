// A real server in this process, over a data folder of the test's own, with
// the real worker program.
#ifndef CAROUSEL_TESTS_SUPPORT_SERVER_FIXTURE_H_
#define CAROUSEL_TESTS_SUPPORT_SERVER_FIXTURE_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "carousel/v1/admin.grpc.pb.h"
#include "carousel/v1/analysis.grpc.pb.h"
#include "carousel/v1/datasets.grpc.pb.h"
#include "carousel/v1/models.grpc.pb.h"
#include "carousel/v1/sentiment.grpc.pb.h"
#include "carousel/v1/server.grpc.pb.h"
#include "carousel/v1/training.grpc.pb.h"
#include "gtest/gtest.h"
#include "server/server.h"
#include "tests/support/held_file.h"
#include "tests/support/http_get.h"
#include "tests/support/log_sink.h"
#include "tests/support/temp_dir.h"

namespace carousel {

// Change options_ and publish models, then StartServer().
class ServerFixture : public ::testing::Test {
 protected:
  ServerFixture();

  // Publishes a version of `model` with random weights into the data folder,
  // trained, as it says, on `dataset`, and labels it latest. Only while no
  // server runs.
  void PublishTinyModel(const std::string& model,
                        const std::string& dataset = "reviews");
  // The same with what lies in `content`.
  void PublishModel(const std::string& model, const std::string& dataset,
                    const std::filesystem::path& content);
  // A version that is whole and fails its warm-up.
  void PublishBrokenModel(const std::string& model);

  void StartServer();
  void StartServer(EventLog& log);
  // Shuts the server down; StartServer may follow.
  void StopServer();

  // Uploads in pieces. The response is written to `response` if not null. With
  // a name alone the ids are in the column "id".
  grpc::Status UploadDataset(const v1::DatasetHeader& header,
                             const std::string& csv,
                             v1::UploadDatasetResponse* response = nullptr);
  grpc::Status UploadDataset(const std::string& name, const std::string& csv,
                             v1::UploadDatasetResponse* response = nullptr);
  grpc::Status UploadVectors(const v1::VectorsHeader& header,
                             const std::string& text,
                             v1::UploadVectorsResponse* response = nullptr);
  grpc::Status UploadVectors(const std::string& name, const std::string& text,
                             v1::UploadVectorsResponse* response = nullptr);
  // Uploads SampleReviews as "reviews" and SampleVectors as "words".
  void UploadSamples();

  // A request that UploadSamples() makes valid: two epochs in no time.
  static v1::TrainRequest SampleTrainRequest();
  // One that is not over before it is told to stop.
  static v1::TrainRequest EndlessTrainRequest();
  // Queues a job; "" when that is refused, which fails the test.
  std::string Train(const v1::TrainRequest& request);
  v1::TrainingJob GetJob(const std::string& job);
  // Watches the job to its end and gives all that was told.
  std::vector<v1::WatchTrainingJobResponse> Watch(
      const std::string& job, grpc::Status* status = nullptr);
  // Watches until the job has told something of its training.
  void WaitUntilRunning(const std::string& job);

  Series ScrapeMetrics() const;
  // Everything that was logged so far.
  std::string log() const { return log_sink_->text(); }
  // Calls of that method, "Service/Method", that the server has not answered.
  double InFlight(const std::string& method) const;
  void WaitUntilInFlight(const std::string& method) const;
  void WaitUntilNoneInFlight(const std::string& method) const;
  // The same for calls that read `file` and have to notice that nobody waits
  // for them any more.
  void TrickleUntilNoneInFlight(HeldFile& file,
                                const std::string& method) const;
  // How many of its calls the server ended with `code`, as "NOT_FOUND".
  double Ended(const std::string& method, const std::string& code) const;
  // A deadline that the server alone knows of. A client that knew of it would
  // leave by itself, and the test would see no more than that.
  static void SetServerDeadline(grpc::ClientContext& context,
                                std::chrono::milliseconds timeout);

  // What is stored, in the data folder.
  std::filesystem::path Stored(const std::string& path) const {
    return options_.data_dir / path;
  }
  // Nothing may be left of an upload that was not kept.
  void ExpectNoUploads() const;

  TempDir data_dir_;
  const std::shared_ptr<LogSink> log_sink_ = std::make_shared<LogSink>();
  EventLog log_{LogFormat::kText, LogLevel::info, log_sink_};
  ServerOptions options_;
  std::unique_ptr<CarouselServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::SentimentService::Stub> sentiment_;
  std::unique_ptr<v1::TrainingService::Stub> training_;
  std::unique_ptr<v1::ModelService::Stub> models_;
  std::unique_ptr<v1::DatasetService::Stub> datasets_;
  std::unique_ptr<v1::ServerService::Stub> info_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
  std::unique_ptr<v1::AnalysisService::Stub> analysis_;
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_SERVER_FIXTURE_H_
