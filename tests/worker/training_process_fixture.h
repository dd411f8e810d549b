// Worker processes on a dataset that takes them a second.
#ifndef CAROUSEL_TESTS_WORKER_TRAINING_PROCESS_FIXTURE_H_
#define CAROUSEL_TESTS_WORKER_TRAINING_PROCESS_FIXTURE_H_

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/checksums.h"
#include "core/base/files.h"
#include "core/data/dataset.h"
#include "core/train/hyperparameters.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/worker/worker_log.h"
#include "worker/process_launcher.h"

namespace carousel {

inline Example MakeExample(int number) {
  constexpr Split kSplits[] = {Split::kTrain, Split::kTrain,
                               Split::kValidation};
  const bool positive = number % 2 == 0;
  return {.text = absl::StrCat("film ", number % 7, " was ",
                               positive ? "good" : "bad", " in its way"),
          .label = positive ? 1 : 0,
          .split = kSplits[number / 2 % 3]};
}

class TrainingProcessTest : public ::testing::Test {
 protected:
  TrainingProcessTest() {
    parameters_.epochs = 4;
    parameters_.hidden_size = 8;
    parameters_.batch_size = 4;
    parameters_.learning_rate = 0.02;
    parameters_.dropout = 0.3;  // so that a resumed run must draw the same
    parameters_.max_tokens = 10;
  }

  void SetUp() override {
    Dataset dataset;
    for (int i = 0; i < 48; ++i) dataset.examples.push_back(MakeExample(i));
    ASSERT_OK(CreateFolder(folder_ / "dataset"));
    ASSERT_OK(WriteDataset(dataset, folder_ / "dataset"));
    ASSERT_OK(WriteChecksums(folder_ / "dataset"));
    WriteVectors();
  }
  void WriteVectors() {
    ASSERT_OK(CreateFolder(folder_ / "vectors"));
    ASSERT_OK(WriteFileAtomically(folder_ / "vectors/vectors",
                                  "film 1 2 3 4 5 6 7 8\n"
                                  "good 1 0 1 0 1 0 1 0\n"
                                  "bad -1 0 -1 0 -1 0 -1 0\n"));
    ASSERT_OK(WriteChecksums(folder_ / "vectors"));
  }
  // Replaces the first `from` in a file.
  void Damage(const std::string& file, std::string_view from,
              std::string_view to) {
    ASSERT_OK_AND_ASSIGN(std::string content, ReadFile(folder_ / file));
    const std::size_t place = content.find(from);
    ASSERT_NE(place, std::string::npos);
    content.replace(place, from.size(), to);
    ASSERT_OK(WriteFileAtomically(folder_ / file, content));
  }

  WorkerAssignment Assign(const std::string& job) {
    WorkerAssignment assignment;
    assignment.job.job = job;
    assignment.job.model = "tiny";
    assignment.job.hyperparameters = ToJson(parameters_).dump();
    assignment.dataset_folder = folder_ / "dataset";
    assignment.dataset_sha256 = "d1";
    assignment.vectors_file = folder_ / "vectors/vectors";
    assignment.job_folder = folder_ / job;
    EXPECT_OK(CreateFolder(assignment.job_folder));
    return assignment;
  }
  static std::unique_ptr<Worker> Launch(ProcessLauncher& launcher,
                                        const WorkerAssignment& assignment,
                                        WorkerLog& log) {
    auto worker = launcher.Launch(assignment, log.sink());
    if (!worker.ok()) throw std::runtime_error(worker.status().ToString());
    return *std::move(worker);
  }
  std::string ReadResult(const std::string& job, const std::string& file) {
    const auto content = ReadFile(folder_ / job / "result" / file);
    EXPECT_OK(content);
    return content.value_or("");
  }

  TempDir folder_;
  HyperParameters parameters_;
  ProcessLauncher launcher_{{.worker_binary = CAROUSEL_WORKER, .threads = 1}};
};

// What a run computes, without what the clock says.
inline std::vector<EpochRecord> WithoutTimes(std::vector<EpochRecord> epochs) {
  for (EpochRecord& epoch : epochs) {
    epoch.tokens_per_second = 0;
    epoch.seconds = 0;
  }
  return epochs;
}

}  // namespace carousel

#endif  // CAROUSEL_TESTS_WORKER_TRAINING_PROCESS_FIXTURE_H_
