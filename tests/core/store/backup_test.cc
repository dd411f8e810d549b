// Backups and their way back. The bytes of the archive are another program's
// business too: libarchive is asked here what is in it.
#include "core/store/backup.h"

#include <archive.h>
#include <archive_entry.h>

#include <atomic>
#include <iterator>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "core/base/checksums.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/store/restore.h"
#include "tests/core/store/store_fixture.h"
#include "tests/support/damage.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;
using absl::StatusCode;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;

class BackupTest : public StoreTest {
 protected:
  // A data folder with one of everything; job-000001 made model m@1,
  // job-000002 runs and has a checkpoint.
  void Fill() {
    ASSERT_OK_AND_ASSIGN(const JobRecord first, AddJob());
    ASSERT_OK(SetState(first.job, JobState::kRunning));
    ASSERT_OK(Publish("m", first.job));
    ASSERT_OK(models_->SetLabel("m", 1, kLatestLabel));
    ASSERT_OK(SetState(first.job, JobState::kSucceeded));
    ASSERT_OK_AND_ASSIGN(const JobRecord second, AddJob());
    ASSERT_OK(SetState(second.job, JobState::kRunning));
    ASSERT_OK(jobs_->AddEpoch(second.job, {.epoch = 1}));
    ASSERT_OK(CreateFolder(folder_->job(second.job)));
    ASSERT_OK(WriteFileAtomically(folder_->checkpoint(second.job), "epoch 1"));
    ASSERT_OK(
        WriteFileAtomically(folder_->job(second.job) / "worker.log", "a line"));
    ASSERT_OK(WriteFileAtomically(folder_->address(), "127.0.0.1:1"));
  }

  absl::StatusOr<std::unique_ptr<Backup>> Create() {
    return Backup::Create(*folder_, *database_, clock_);
  }

  static absl::StatusOr<std::string> ReadAll(Backup& backup) {
    std::string bytes;
    for (;;) {
      ASSIGN_OR_RETURN(const std::string piece, backup.Read());
      if (piece.empty()) return bytes;
      EXPECT_LE(piece.size(), Backup::kPieceBytes);
      bytes += piece;
    }
  }

  // Writes a whole backup to archive_.
  void WriteBackup() {
    ASSERT_OK_AND_ASSIGN(const auto backup, Create());
    ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadAll(*backup));
    EXPECT_EQ(backup->TakeSha256(), ToHex(Sha256Of(bytes)));
    ASSERT_OK(WriteFileAtomically(archive_, bytes));
  }

  bool SnapshotIsThere() const {
    for (const auto& entry : fs::directory_iterator(folder_->root() / "tmp")) {
      if (entry.path().string().find("backup") != std::string::npos) {
        return true;
      }
    }
    return false;
  }

  // The files of archive_.
  std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    archive* const reader = archive_read_new();
    archive_read_support_format_tar(reader);
    EXPECT_EQ(archive_read_open_filename(reader, archive_.c_str(), 10240),
              ARCHIVE_OK);
    archive_entry* entry = nullptr;
    while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
      std::string content(archive_entry_size(entry), '\0');
      EXPECT_EQ(archive_read_data(reader, content.data(), content.size()),
                static_cast<la_ssize_t>(content.size()));
      files[archive_entry_pathname(entry)] = content;
    }
    archive_read_free(reader);
    return files;
  }

  const TempDir outside_;
  const fs::path archive_ = outside_ / "backup.tar";
  const fs::path target_ = outside_ / "restored";
};

TEST_F(BackupTest, HoldsWhatTheCatalogueKnowsAndNothingElse) {
  Fill();
  WriteBackup();
  std::vector<std::string> names;
  for (const auto& [name, content] : Files()) names.push_back(name);
  EXPECT_THAT(
      names,
      ElementsAre("carousel.db", "checksums.txt", "datasets/imdb/checksums.txt",
                  "datasets/imdb/rows", "jobs/job-000002/checkpoint.bin",
                  "models/m/1/checksums.txt", "models/m/1/model.safetensors",
                  "vectors/glove/checksums.txt", "vectors/glove/vectors"));
  EXPECT_FALSE(SnapshotIsThere());
}

TEST_F(BackupTest, ARestoreHasTheSameRowsAndFiles) {
  Fill();
  WriteBackup();
  ASSERT_OK_AND_ASSIGN(const RestoredBackup restored,
                       RestoreBackup(archive_, target_));
  EXPECT_EQ(restored.files, 9);
  ASSERT_OK_AND_ASSIGN(const auto folder, DataFolder::Open(target_));
  ASSERT_OK_AND_ASSIGN(const auto database,
                       CatalogueDatabase::Open(folder->database()));
  AssetStore assets(*folder, *database, clock_);
  ModelStore models(*folder, *database, clock_);
  JobStore jobs(*database, clock_);
  ASSERT_OK(assets.Recover());
  ASSERT_OK(models.Recover());
  EXPECT_OK(assets.VerifiedDataset("imdb"));
  EXPECT_OK(assets.VerifiedVectors("glove"));
  EXPECT_OK(models.VerifiedFolder("m", 1));
  ASSERT_OK_AND_ASSIGN(const ModelVersionRecord latest,
                       models.Resolve({.name = "m", .label = "latest"}));
  EXPECT_EQ(latest.job, "job-000001");
  ASSERT_OK_AND_ASSIGN(const JobRecord second, jobs.Get("job-000002"));
  EXPECT_EQ(second.state, JobState::kRunning);  // QUEUED once a server starts
  EXPECT_EQ(second.epoch, 1);
  EXPECT_THAT(ReadFile(folder->checkpoint("job-000002")),
              IsOkAndHolds("epoch 1"));
}

TEST_F(BackupTest, WhatIsDeletedOrReplacedMeanwhileIsInItAsItWas) {
  Fill();
  ASSERT_OK(Publish("m", ""));
  ASSERT_OK_AND_ASSIGN(const auto backup, Create());
  EXPECT_TRUE(SnapshotIsThere());
  ASSERT_OK(models_->Delete("m", 2));
  ASSERT_OK(WriteFileAtomically(folder_->checkpoint("job-000002"), "epoch 2"));
  ASSERT_OK(AddDataset("later", "l"));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadAll(*backup));
  ASSERT_OK(WriteFileAtomically(archive_, bytes));
  const auto files = Files();
  EXPECT_THAT(files, Contains(Key("models/m/2/model.safetensors")));
  EXPECT_THAT(files, Not(Contains(Key("datasets/later/rows"))));
  EXPECT_EQ(files.at("jobs/job-000002/checkpoint.bin"), "epoch 1");
  EXPECT_OK(RestoreBackup(archive_, target_));
}

TEST_F(BackupTest, FilesLargerThanAPieceComeWhole) {
  const std::string large(3 * Backup::kPieceBytes + 1, 'x');
  ASSERT_OK(assets_->AddDataset({.name = "large", .sha256 = "l"},
                                Content("rows", large)));
  WriteBackup();
  EXPECT_EQ(Files().at("datasets/large/rows"), large);
}

TEST_F(BackupTest, IsOfOneMomentWhateverIsPublishedAndDeletedBesideIt) {
  std::atomic<bool> stop = false;
  std::thread publisher([&] {
    while (!stop) {
      const auto version = Publish("busy", "");
      EXPECT_OK(version);
      if (version->version > 2) {
        EXPECT_OK(models_->Delete("busy", version->version - 2));
      }
    }
  });
  for (int i = 0; i < 8; ++i) {
    WriteBackup();
    const fs::path target = outside_ / std::to_string(i);
    EXPECT_OK(RestoreBackup(archive_, target));
    ASSERT_OK_AND_ASSIGN(const auto folder, DataFolder::Open(target));
    ASSERT_OK_AND_ASSIGN(const auto database,
                         CatalogueDatabase::Open(folder->database()));
    ModelStore models(*folder, *database, clock_);
    ASSERT_OK_AND_ASSIGN(const auto page, models.List("", {}));
    std::size_t folders = 0;
    for (const auto& model : fs::directory_iterator(folder->models())) {
      folders += std::distance(fs::directory_iterator(model), {});
    }
    EXPECT_EQ(page.records.size(), folders);
    for (const ModelVersionRecord& record : page.records) {
      EXPECT_OK(models.VerifiedFolder(record.model, record.version));
    }
  }
  stop = true;
  publisher.join();
}

TEST_F(BackupTest, AnUnpackedBackupIsCheckedBySha256sum) {
  Fill();
  WriteBackup();
  for (const auto& [name, content] : Files()) {
    ASSERT_OK(CreateFolder((outside_ / "plain" / name).parent_path()));
    ASSERT_OK(WriteFileAtomically(outside_ / "plain" / name, content));
  }
  EXPECT_OK(VerifyChecksums(outside_ / "plain"));
}

TEST_F(BackupTest, AChangedOrMissingFileIsDataLoss) {
  Fill();
  FlipLastByte(folder_->model_version("m", 1) / "model.safetensors");
  EXPECT_THAT(Create(), StatusIs(StatusCode::kDataLoss,
                                 HasSubstr("models/m/1/model.safetensors")));
  fs::remove_all(folder_->dataset("imdb"));
  EXPECT_THAT(Create(),
              StatusIs(StatusCode::kDataLoss, HasSubstr("datasets/imdb")));
  EXPECT_FALSE(SnapshotIsThere());
}

TEST_F(BackupTest, ACallerWhoLeavesEndsTheWork) {
  Fill();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(Backup::Create(*folder_, *database_, clock_, stop.get_token()),
              StatusIs(StatusCode::kCancelled));
  EXPECT_FALSE(SnapshotIsThere());
}

}  // namespace
}  // namespace carousel
