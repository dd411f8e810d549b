// The catalogue of each earlier version, read by this one.
#include <cmath>
#include <string>
#include <vector>

#include "SQLiteCpp/SQLiteCpp.h"
#include "core/store/asset_store.h"
#include "core/store/job_store.h"
#include "core/store/model_store.h"
#include "tests/core/store/old_catalogues.h"
#include "tests/core/store/store_fixture.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr char kTraceparent[] =
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

struct OldVersion {
  int number;
  CallOrigin origin;  // of its first job, as far as it was kept
};

class MigrationTest : public StoreTest,
                      public ::testing::WithParamInterface<OldVersion> {
 protected:
  // Puts the old catalogue where the fixture has made a new one, and opens it
  // as a server does.
  MigrationTest() {
    const std::string path = folder_->database();
    current_tables_ = Tables();
    models_.reset();
    assets_.reset();
    jobs_.reset();
    database_.reset();
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::filesystem::remove(path + suffix);
    }
    WriteOld(path, GetParam().number);
    Reopen();
  }

  static void WriteOld(const std::string& path, int version) {
    SQLite::Database former(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    former.exec(kTablesOfVersion1);
    if (version >= 2) former.exec(kTablesOfVersion2);
    former.exec(kOldAssets);
    former.exec(version >= 2 ? kJobsOfVersion2 : kJobsOfVersion1);
    former.exec("PRAGMA application_id = 0x6361726f; PRAGMA user_version = " +
                std::to_string(version));
  }

  // What the tables and indices are made of.
  std::vector<std::string> Tables() {
    std::vector<std::string> lines;
    EXPECT_OK(database_->Transact([&](SQLite::Database& rows) {
      SQLite::Statement statement(
          rows,
          "SELECT m.type || ' ' || m.name || ' ' || ifnull(c.name, '') || ' ' "
          "|| ifnull(c.type, '') || ' ' || ifnull(c.dflt_value, '') "
          "FROM sqlite_master AS m LEFT JOIN pragma_table_info(m.name) AS c "
          "ORDER BY 1");
      while (statement.executeStep()) {
        lines.push_back(statement.getColumn(0).getString());
      }
      return absl::OkStatus();
    }));
    return lines;
  }

  std::vector<std::string> current_tables_;
};

TEST_P(MigrationTest, GivesTheTablesOfToday) {
  EXPECT_THAT(current_tables_, SizeIs(::testing::Gt(20)));
  EXPECT_EQ(Tables(), current_tables_);
}

TEST_P(MigrationTest, KeepsEveryJobAndItsEpochs) {
  ASSERT_OK_AND_ASSIGN(const JobRecord done, jobs_->Get("job-000001"));
  EXPECT_EQ(done.state, JobState::kSucceeded);
  EXPECT_EQ(done.model, "imdb");
  EXPECT_EQ(done.version, 2);
  EXPECT_EQ(done.hyperparameters, "{\"epochs\":2}");
  EXPECT_EQ(done.best_epoch, 1);
  EXPECT_EQ(done.best_validation_accuracy, 0.8955);
  EXPECT_EQ(done.tokens_per_second, 38995.5);
  EXPECT_EQ(done.request_id, "once");
  EXPECT_TRUE(done.promote_if_better);
  EXPECT_TRUE(done.started_at.has_value() && done.ended_at.has_value());
  EXPECT_EQ(done.origin, GetParam().origin);
  ASSERT_OK_AND_ASSIGN(const auto epochs, jobs_->ListEpochs("job-000001"));
  ASSERT_THAT(epochs, SizeIs(2));
  EXPECT_EQ(epochs[1].epoch, 2);
  EXPECT_EQ(epochs[1].validation_accuracy, 0.8915);
  EXPECT_EQ(epochs[1].seconds, 44.5);
  ASSERT_OK_AND_ASSIGN(const auto diverged, jobs_->ListEpochs("job-000007"));
  ASSERT_THAT(diverged, SizeIs(1));
  EXPECT_TRUE(std::isnan(diverged[0].train_loss));
}

TEST_P(MigrationTest, KeepsDatasetsVectorsVersionsAndLabels) {
  ASSERT_OK_AND_ASSIGN(const DatasetRecord dataset,
                       assets_->GetDataset("imdb"));
  EXPECT_EQ(dataset.rows, 10000);
  EXPECT_EQ(dataset.sha256, "d1");
  ASSERT_OK_AND_ASSIGN(const VectorsRecord vectors,
                       assets_->GetVectors("glove"));
  EXPECT_EQ(vectors.words, 400000);
  EXPECT_EQ(vectors.dimension, 100);
  ASSERT_OK_AND_ASSIGN(const auto page, models_->List("imdb", {}));
  ASSERT_THAT(page.records, SizeIs(1));
  EXPECT_EQ(page.records[0].version, 2);
  EXPECT_EQ(page.records[0].validation_accuracy, 0.8955);
  EXPECT_THAT(page.records[0].labels, ElementsAre("latest", "stable"));
}

TEST_P(MigrationTest, GoesOnWhereTheOldProgramStopped) {
  // The job that was running takes its next epoch and ends.
  ASSERT_OK(jobs_->AddEpoch("job-000007", {.epoch = 2, .seconds = 40}));
  ASSERT_OK(SetState("job-000007", JobState::kQueued));
  ASSERT_OK(SetState("job-000007", JobState::kCancelled));
  // New rows stand beside the old ones, with numbers of their own.
  ASSERT_OK(AddDataset("more", "d2"));
  ASSERT_OK(AddVectors("words", "v2"));
  ASSERT_OK_AND_ASSIGN(const JobRecord next, AddJob());
  EXPECT_EQ(next.job, "job-000008");
  ASSERT_OK_AND_ASSIGN(const auto published, Publish("imdb", next.job));
  EXPECT_EQ(published.version, 3);
  // And what was there can be deleted.
  EXPECT_OK(jobs_->Delete("job-000007", *folder_));
}

TEST_P(MigrationTest, HappensOnce) {
  Reopen();
  Reopen();
  EXPECT_EQ(Tables(), current_tables_);
  EXPECT_OK(jobs_->Get("job-000007"));
}

INSTANTIATE_TEST_SUITE_P(
    FromVersion, MigrationTest,
    ::testing::Values(OldVersion{1, {}},
                      OldVersion{2, {"call-1", kTraceparent}}),
    [](const auto& info) { return std::to_string(info.param.number); });

}  // namespace
}  // namespace carousel
