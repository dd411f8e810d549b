// carousel jobs list, get, watch, cancel, resume, delete
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

using Writer = grpc::ServerWriter<v1::WatchTrainingJobResponse>;

v1::TrainingJob FinishedJob() {
  v1::TrainingJob job;
  job.set_job("job-1");
  job.set_model("imdb");
  job.set_version(3);
  job.set_state(v1::TrainingJob::STATE_SUCCEEDED);
  job.set_epoch(2);
  job.set_epochs(2);
  job.set_best_epoch(1);
  job.set_best_validation_accuracy(0.875);
  job.mutable_created_at()->set_seconds(1'700'000'000);
  job.mutable_started_at()->set_seconds(1'700'000'001);
  job.mutable_started_at()->set_nanos(500'000'000);
  job.mutable_ended_at()->set_seconds(1'700'000'060);
  job.set_tokens_per_second(12345.5);
  return job;
}

void WriteEpochs(Writer& writer, int first, int last) {
  for (int i = first; i <= last; ++i) {
    v1::WatchTrainingJobResponse response;
    response.mutable_epoch()->set_epoch(i);
    response.mutable_epoch()->set_train_loss(0.5);
    response.mutable_epoch()->set_seconds(61);
    writer.Write(response);
  }
}

grpc::Status WriteJob(Writer& writer, const v1::TrainingJob& job) {
  v1::WatchTrainingJobResponse response;
  *response.mutable_job() = job;
  writer.Write(response);
  return grpc::Status::OK;
}

using JobsTest = CliTest;

TEST_F(JobsTest, AJobHasItsFields) {
  server_.get_job = [](const auto& request, auto& response) {
    EXPECT_EQ(request.job(), "job-1");
    *response.mutable_job() = FinishedJob();
    return grpc::Status::OK;
  };
  const Outcome outcome = Run({"jobs", "get", "job-1", "--json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(
      outcome.out,
      R"({"job":"job-1","kind":null,"model":"imdb","version":3,"state":"SUCCEEDED",)"
      R"("epoch":2,"epochs":2,"best_epoch":1,)"
      R"("best_validation_accuracy":0.875,"error":null,)"
      R"("created_at":"2023-11-14T22:13:20.000000Z",)"
      R"("started_at":"2023-11-14T22:13:21.500000Z",)"
      R"("ended_at":"2023-11-14T22:14:20.000000Z",)"
      R"("tokens_per_second":12345.5,"remaining_seconds":null,)"
      R"("queue_position":null,"dataset":null,"vectors":null})"
      "\n");
}

TEST_F(JobsTest, WhatAJobDoesNotHaveYetIsNull) {
  server_.get_job = [](const auto&, auto& response) {
    response.mutable_job()->set_job("job-1");
    response.mutable_job()->set_state(v1::TrainingJob::STATE_QUEUED);
    return grpc::Status::OK;
  };
  const auto json = Run({"jobs", "get", "job-1", "--json"}).Json();
  for (const char* field :
       {"version", "best_epoch", "best_validation_accuracy", "error",
        "created_at", "started_at", "ended_at", "tokens_per_second",
        "remaining_seconds", "queue_position"}) {
    EXPECT_TRUE(json.contains(field) && json[field].is_null()) << field;
  }
  EXPECT_EQ(json["epoch"], 0);
}

TEST_F(JobsTest, GetShowsPeopleTheEpochsToo) {
  server_.get_job = [](const auto&, auto& response) {
    *response.mutable_job() = FinishedJob();
    return grpc::Status::OK;
  };
  server_.list_epochs = [](const auto& request, auto& response) {
    EXPECT_EQ(request.job(), "job-1");
    response.add_epochs()->set_epoch(request.page_token().empty() ? 1 : 2);
    if (request.page_token().empty()) response.set_next_page_token("more");
    return grpc::Status::OK;
  };
  const Outcome outcome = Run({"jobs", "get", "job-1"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("87.50 %"), HasSubstr("VALIDATION LOSS"),
                    HasSubstr("\n    1  "), HasSubstr("\n    2  ")));
}

TEST_F(JobsTest, OnlyGetShowsTheSettingsInShortLines) {
  v1::TrainingJob job = FinishedJob();
  job.set_epoch(0);
  job.set_hyperparameters(
      R"({"batch_size": 64, "dropout": 0.5, "embedding_learning_rate": 0.001,)"
      R"("early_stopping_epochs": 0})");
  server_.get_job = [&job](const auto&, auto& response) {
    *response.mutable_job() = job;
    return grpc::Status::OK;
  };
  server_.cancel_job = [&job](const auto&, auto& response) {
    *response.mutable_job() = job;
    return grpc::Status::OK;
  };
  server_.watch_job = [&job](const auto&, Writer& writer) {
    return WriteJob(writer, job);
  };
  EXPECT_THAT(Run({"jobs", "get", "job-1"}).out,
              HasSubstr("\nsettings    batch_size=64 dropout=0.5 "
                        "embedding_learning_rate=0.001\n"
                        "            early_stopping_epochs=0\n"));
  for (const char* command : {"watch", "cancel"}) {
    EXPECT_THAT(Run({"jobs", command, "job-1"}).out,
                Not(HasSubstr("settings")));
  }
}

TEST_F(JobsTest, ListShowsAllPages) {
  std::vector<std::string> tokens;
  server_.list_jobs = [&tokens](const auto& request, auto& response) {
    tokens.push_back(request.page_token());
    response.add_jobs()->set_job(absl::StrCat("job-", tokens.size()));
    if (tokens.size() < 3) {
      response.set_next_page_token(absl::StrCat("page-", tokens.size()));
    }
    return grpc::Status::OK;
  };
  const auto json = Run({"jobs", "list", "--json"}).Json();
  EXPECT_THAT(tokens, ElementsAre("", "page-1", "page-2"));
  EXPECT_THAT(Keys(json), ElementsAre("jobs"));
  ASSERT_THAT(json["jobs"], SizeIs(3));
  EXPECT_EQ(json["jobs"][2]["job"], "job-3");
}

TEST_F(JobsTest, AnEmptyListIsAnEmptyList) {
  server_.list_jobs = [](const auto&, auto&) { return grpc::Status::OK; };
  EXPECT_EQ(Run({"jobs", "list", "--json"}).out, "{\"jobs\":[]}\n");
}

TEST_F(JobsTest, ListTakesAState) {
  v1::TrainingJob::State state = v1::TrainingJob::STATE_UNSPECIFIED;
  server_.list_jobs = [&state](const auto& request, auto&) {
    state = request.state();
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"jobs", "list", "--state=failed"}).code, 0);
  EXPECT_EQ(state, v1::TrainingJob::STATE_FAILED);
  EXPECT_EQ(Run({"jobs", "list", "--state", "RUNNING"}).code, 0);
  EXPECT_EQ(state, v1::TrainingJob::STATE_RUNNING);
  EXPECT_EQ(Run({"jobs", "list"}).code, 0);
  EXPECT_EQ(state, v1::TrainingJob::STATE_UNSPECIFIED);
}

TEST_F(JobsTest, ListStopsAtTheLimit) {
  std::vector<int> sizes;
  server_.list_jobs = [&sizes](const auto& request, auto& response) {
    sizes.push_back(request.page_size());
    // A server may give less than it was asked for.
    for (int i = 0; i < std::min(request.page_size(), 700); ++i) {
      response.add_jobs()->set_job("job");
    }
    response.set_next_page_token("more");
    return grpc::Status::OK;
  };
  EXPECT_THAT(Run({"jobs", "list", "--limit=3", "--json"}).Json()["jobs"],
              SizeIs(3));
  EXPECT_THAT(sizes, ElementsAre(3));
  sizes.clear();
  EXPECT_THAT(Run({"jobs", "list", "--limit=1500", "--json"}).Json()["jobs"],
              SizeIs(1500));
  EXPECT_THAT(sizes, ElementsAre(1000, 800, 100));
  EXPECT_EQ(Run({"jobs", "list", "--limit=-1"}).code, 2);
}

TEST_F(JobsTest, ListAndGetSayWhatLiesAhead) {
  server_.list_jobs = [](const auto&, auto& response) {
    response.add_jobs()->set_queue_position(1);
    response.add_jobs()->set_queue_position(0);
    response.add_jobs()->set_remaining_seconds(125);
    return grpc::Status::OK;
  };
  EXPECT_THAT(Run({"jobs", "list"}).out,
              AllOf(HasSubstr("AHEAD"), HasSubstr("  1 job  "),
                    HasSubstr("  0 jobs  "), HasSubstr("  2m05s  ")));
  const auto json = Run({"jobs", "list", "--json"}).Json()["jobs"];
  EXPECT_EQ(json[0]["queue_position"], 1);
  EXPECT_TRUE(json[0]["remaining_seconds"].is_null());
  EXPECT_EQ(json[1]["queue_position"], 0);
  EXPECT_EQ(json[2]["remaining_seconds"], 125);
  server_.get_job = [](const auto&, auto& response) {
    response.mutable_job()->set_remaining_seconds(125);
    return grpc::Status::OK;
  };
  EXPECT_THAT(Run({"jobs", "get", "job-1"}).out,
              HasSubstr("time left  2m05s\n"));
}

TEST_F(JobsTest, DeleteSaysSo) {
  server_.delete_job = [](const auto& request, auto&) {
    return request.job() == "job-1"
               ? grpc::Status::OK
               : grpc::Status(grpc::StatusCode::FAILED_PRECONDITION,
                              "job-2 is RUNNING");
  };
  EXPECT_EQ(Run({"jobs", "delete", "job-1"}).out, "Deleted job-1.\n");
  EXPECT_EQ(Run({"jobs", "delete", "job-1", "--json"}).out,
            "{\"job\":\"job-1\",\"deleted\":true}\n");
  const Outcome refused = Run({"jobs", "delete", "job-2"});
  EXPECT_EQ(refused.code, 4);
  EXPECT_THAT(refused.err, HasSubstr("job-2 is RUNNING"));
}

TEST_F(JobsTest, CancelAndResumePrintTheJob) {
  server_.cancel_job = [](const auto& request, auto& response) {
    response.mutable_job()->set_job(request.job());
    response.mutable_job()->set_state(v1::TrainingJob::STATE_CANCELLED);
    return grpc::Status::OK;
  };
  server_.resume_job = [](const auto& request, auto& response) {
    response.mutable_job()->set_job(request.job());
    response.mutable_job()->set_state(v1::TrainingJob::STATE_QUEUED);
    return grpc::Status::OK;
  };
  const Outcome cancelled = Run({"jobs", "cancel", "job-1", "--json"});
  EXPECT_EQ(cancelled.code, 0);
  EXPECT_EQ(cancelled.Json()["state"], "CANCELLED");
  EXPECT_EQ(Run({"jobs", "resume", "job-1", "--json"}).Json()["state"],
            "QUEUED");
}

TEST_F(JobsTest, WatchPrintsOneObjectALineEpochsThenTheJob) {
  server_.watch_job = [](const auto&, Writer& writer) {
    WriteEpochs(writer, 1, 1);
    v1::WatchTrainingJobResponse progress;
    progress.mutable_progress()->set_epoch(2);
    progress.mutable_progress()->set_batches(10);
    writer.Write(progress);
    WriteEpochs(writer, 2, 2);
    return WriteJob(writer, FinishedJob());
  };
  const Outcome outcome = Run({"jobs", "watch", "job-1", "--json"});
  EXPECT_EQ(outcome.code, 0);
  const auto lines = outcome.JsonLines();
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_THAT(
      Keys(lines[0]),
      ElementsAre("epoch", "train_loss", "train_accuracy", "validation_loss",
                  "validation_accuracy", "learning_rate", "gradient_norm",
                  "tokens_per_second", "seconds"));
  EXPECT_EQ(lines[1]["epoch"], 2);
  EXPECT_EQ(lines[2]["state"], "SUCCEEDED");
}

TEST_F(JobsTest, WatchSaysOnceThatTheJobWaits) {
  auto state = v1::TrainingJob::STATE_QUEUED;
  server_.get_job = [&state](const auto& request, auto& response) {
    response.mutable_job()->set_job(request.job());
    response.mutable_job()->set_state(state);
    return grpc::Status::OK;
  };
  server_.watch_job = [](const auto&, Writer& writer) {
    return WriteJob(writer, FinishedJob());
  };
  const Outcome queued = Run({"jobs", "watch", "job-1", "--json"});
  EXPECT_EQ(queued.err, "The job job-1 is waiting for a slot.\n");
  EXPECT_THAT(queued.JsonLines(), SizeIs(1));
  state = v1::TrainingJob::STATE_RUNNING;
  EXPECT_EQ(Run({"jobs", "watch", "job-1", "--json"}).err, "");
}

TEST_F(JobsTest, WatchSaysHowManyWaitBeforeIt) {
  server_.get_job = [](const auto&, auto& response) {
    response.mutable_job()->set_state(v1::TrainingJob::STATE_QUEUED);
    response.mutable_job()->set_queue_position(2);
    return grpc::Status::OK;
  };
  server_.watch_job = [](const auto&, Writer& writer) {
    return WriteJob(writer, FinishedJob());
  };
  EXPECT_EQ(Run({"jobs", "watch", "job-1"}).err,
            "The job job-1 is waiting for a slot, behind 2 jobs.\n");
}

TEST_F(JobsTest, ATerminalShowsAPanelBelowTheTable) {
  server_.get_job = [](const auto&, auto& response) {
    response.mutable_job()->set_epochs(2);
    return grpc::Status::OK;
  };
  server_.watch_job = [](const auto&, Writer& writer) {
    v1::WatchTrainingJobResponse event;
    event.set_stage("training");
    writer.Write(event);
    event.mutable_progress()->set_epoch(1);
    event.mutable_progress()->set_batch(1);
    event.mutable_progress()->set_batches(4);
    writer.Write(event);
    WriteEpochs(writer, 1, 2);
    return WriteJob(writer, FinishedJob());
  };
  terminal_ = true;
  variables_["LANG"] = "C.UTF-8";
  const Outcome outcome = Run({"jobs", "watch", "job-1"});
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("epoch 2/2 ["),
                                 HasSubstr("train loss       ██  "),
                                 HasSubstr("validation loss")));
  EXPECT_THAT(outcome.err, EndsWith("\x1b[J"));  // gone before the job
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b")));
  // Standard output is the same as without a terminal.
  const Outcome json = Run({"jobs", "watch", "job-1", "--json"});
  terminal_ = false;
  EXPECT_EQ(json.out, Run({"jobs", "watch", "job-1", "--json"}).out);
  EXPECT_EQ(outcome.out, Run({"jobs", "watch", "job-1"}).out);
}

TEST_F(JobsTest, WatchComesBackByItself) {
  int calls = 0;
  server_.watch_job = [&calls](const auto& request, Writer& writer) {
    if (++calls < 4) {
      WriteEpochs(writer, request.after_epoch() + 1, request.after_epoch() + 1);
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "Socket closed");
    }
    return WriteJob(writer, FinishedJob());
  };
  const Outcome outcome = Run({"jobs", "watch", "job-1", "--json"});
  EXPECT_EQ(outcome.code, 0);
  ASSERT_THAT(outcome.JsonLines(), SizeIs(4));
  EXPECT_EQ(outcome.JsonLines()[2]["epoch"], 3);
  EXPECT_THAT(waiter_.waits(), SizeIs(3));
  EXPECT_THAT(outcome.err, HasSubstr("trying again"));
}

TEST_F(JobsTest, WatchSaysOnceThatTheServerIsAway) {
  int calls = 0;
  server_.watch_job = [&calls](const auto&, Writer& writer) {
    if (++calls < 8) {
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "refused");
    }
    return WriteJob(writer, FinishedJob());
  };
  const std::string err = Run({"jobs", "watch", "job-1"}).err;
  EXPECT_EQ(err.find("trying again"), err.rfind("trying again"));
}

TEST_F(JobsTest, WatchOfAJobThatIsNotThereIsThree) {
  server_.watch_job = [](const auto&, Writer&) {
    return grpc::Status(grpc::StatusCode::NOT_FOUND, "there is no job job-9");
  };
  const Outcome outcome = Run({"jobs", "watch", "job-9"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("there is no job job-9"));
}

TEST_F(JobsTest, AJobThatFailedOrWasCancelledIsSix) {
  for (const auto state :
       {v1::TrainingJob::STATE_FAILED, v1::TrainingJob::STATE_CANCELLED}) {
    const bool failed = state == v1::TrainingJob::STATE_FAILED;
    server_.watch_job = [state, failed](const auto&, Writer& writer) {
      v1::TrainingJob job = FinishedJob();
      job.set_state(state);
      job.clear_version();
      if (failed) job.set_error("out of memory");
      return WriteJob(writer, job);
    };
    const Outcome outcome = Run({"jobs", "watch", "job-1", "--json"});
    EXPECT_EQ(outcome.code, 6);
    EXPECT_EQ(outcome.JsonLines().back()["state"],
              failed ? "FAILED" : "CANCELLED");
    EXPECT_THAT(outcome.err,
                AllOf(HasSubstr(failed ? "out of memory" : "was cancelled"),
                      HasSubstr("carousel jobs resume job-1")));
  }
}

TEST_F(JobsTest, CtrlCStopsWatchingAndSaysHowToGoOn) {
  bool cancelled = false;
  server_.cancel_job = [&cancelled](const auto&, auto&) {
    cancelled = true;
    return grpc::Status::OK;
  };
  server_.watch_job = [this](const auto&, Writer& writer) {
    WriteEpochs(writer, 1, 1);
    stop_.request_stop();
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "whatever follows");
  };
  const Outcome outcome = Run({"jobs", "watch", "job-1", "--json"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_FALSE(cancelled);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("does not stop the job"),
                                 HasSubstr("carousel jobs watch job-1")));
  EXPECT_EQ(outcome.JsonLines().back()["error"]["code"], "CANCELLED");
}

TEST_F(JobsTest, TimeoutEndsAWatchAndSaysHowToGoOn) {
  variables_["CAROUSEL_SERVER"] = kUnusedAddress;
  const Outcome outcome = RunBare({"jobs", "watch", "job-1", "--timeout=0.05"});
  EXPECT_EQ(outcome.code, 5);
  EXPECT_THAT(outcome.err, HasSubstr("carousel jobs watch job-1"));
}

TEST_F(JobsTest, PeopleSeeATable) {
  server_.watch_job = [](const auto&, Writer& writer) {
    WriteEpochs(writer, 1, 2);
    return WriteJob(writer, FinishedJob());
  };
  const Outcome outcome = Run({"jobs", "watch", "job-1"});
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("EPOCH  TRAIN LOSS"), HasSubstr("\n    1  "),
                    HasSubstr("1m01s"), HasSubstr("SUCCEEDED")));
  EXPECT_THAT(outcome.err, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace carousel::client
