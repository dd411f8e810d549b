// A data folder with its catalogue, and short ways to fill it.
#ifndef CAROUSEL_TESTS_CORE_STORE_STORE_FIXTURE_H_
#define CAROUSEL_TESTS_CORE_STORE_STORE_FIXTURE_H_

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/base/files.h"
#include "core/store/asset_store.h"
#include "core/store/data_folder.h"
#include "core/store/database.h"
#include "core/store/job_store.h"
#include "core/store/model_store.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() { Open(); }

  // Ends what runs and starts it again over the same files, as a new server
  // does.
  void Reopen() {
    models_.reset();
    assets_.reset();
    jobs_.reset();
    database_.reset();
    folder_.reset();
    Open();
  }

  // A folder in tmp/ with one file.
  std::filesystem::path Content(const std::string& file,
                                const std::string& content) {
    std::filesystem::path path = folder_->NewTemporary("upload");
    EXPECT_OK(CreateFolder(path));
    EXPECT_OK(WriteFileAtomically(path / file, content));
    return path;
  }

  absl::StatusOr<AssetStore::Added> AddDataset(const std::string& name,
                                               const std::string& sha256) {
    return assets_->AddDataset({.name = name, .sha256 = sha256, .rows = 10},
                               Content("rows", "rows of " + sha256));
  }
  absl::StatusOr<AssetStore::Added> AddVectors(const std::string& name,
                                               const std::string& sha256) {
    return assets_->AddVectors({.name = name,
                                .sha256 = sha256,
                                .format = "glove",
                                .words = 3,
                                .dimension = 2,
                                .bytes = 20},
                               Content("vectors", "words of " + sha256));
  }

  // A job over the dataset "imdb" and the vectors "glove", which are added
  // when they are not there.
  absl::StatusOr<JobRecord> AddJob(const std::string& request_id = "") {
    if (!assets_->GetDataset("imdb").ok()) {
      EXPECT_OK(AddDataset("imdb", "d").status());
    }
    if (!assets_->GetVectors("glove").ok()) {
      EXPECT_OK(AddVectors("glove", "v").status());
    }
    return jobs_->Add({.model = "m",
                       .dataset = "imdb",
                       .vectors = "glove",
                       .hyperparameters = "{}",
                       .epochs = 5,
                       .request_id = request_id});
  }
  absl::StatusOr<JobRecord> SetState(const std::string& job, JobState state) {
    return jobs_->Update(job, [&](JobRecord& record) {
      record.state = state;
      return absl::OkStatus();
    });
  }

  absl::StatusOr<ModelVersionRecord> Publish(const std::string& model,
                                             const std::string& job) {
    return models_->Publish({.model = model,
                             .job = job,
                             .dataset = "imdb",
                             .vectors = "glove",
                             .validation_accuracy = 0.875},
                            Content("model.safetensors", "weights of " + job));
  }

  const TempDir root_;
  FakeClock clock_;
  std::unique_ptr<DataFolder> folder_;
  std::unique_ptr<CatalogueDatabase> database_;
  std::unique_ptr<AssetStore> assets_;
  std::unique_ptr<ModelStore> models_;
  std::unique_ptr<JobStore> jobs_;

 private:
  void Open() {
    auto folder = DataFolder::Open(root_.path());
    if (!folder.ok()) throw std::runtime_error(folder.status().ToString());
    folder_ = *std::move(folder);
    auto database = CatalogueDatabase::Open(folder_->database());
    if (!database.ok()) throw std::runtime_error(database.status().ToString());
    database_ = *std::move(database);
    assets_ = std::make_unique<AssetStore>(*folder_, *database_, clock_);
    models_ = std::make_unique<ModelStore>(*folder_, *database_, clock_);
    jobs_ = std::make_unique<JobStore>(*database_, clock_);
  }
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_CORE_STORE_STORE_FIXTURE_H_
