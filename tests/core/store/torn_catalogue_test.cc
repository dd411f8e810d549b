#include "core/store/torn_catalogue.h"

#include <filesystem>
#include <string>

#include "SQLiteCpp/SQLiteCpp.h"
#include "core/base/files.h"
#include "core/store/database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::size_t kPage = 4096;

class TornCatalogueTest : public ::testing::Test {
 protected:
  // A table whose rows fill some pages, in WAL mode; all of it in the file.
  void SetUp() override {
    SQLite::Database database(path_.string(),
                              SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (x BLOB)");
    Insert(database, 10);
  }
  static void Insert(SQLite::Database& database, int rows) {
    for (int i = 0; i < rows; ++i) {
      database.exec("INSERT INTO t VALUES (zeroblob(2000))");
    }
  }
  void Cut(std::size_t bytes) {
    fs::resize_file(path_, fs::file_size(path_) - bytes);
  }
  // Leaves what a server that died leaves: the file without the page that was
  // added last, which is in the log.
  void LeaveALog() {
    {
      SQLite::Database database(path_.string(), SQLite::OPEN_READWRITE);
      Insert(database, 10);
      fs::copy_file(path_, folder_ / "copy.db");
      fs::copy_file(log_, folder_ / "copy.db-wal");
    }
    fs::rename(folder_ / "copy.db", path_);
    fs::rename(folder_ / "copy.db-wal", log_);
  }

  const TempDir folder_;
  const fs::path path_ = folder_ / "carousel.db";
  const fs::path log_ = folder_ / "carousel.db-wal";
};

TEST_F(TornCatalogueTest, AWholeOneOrNoneIsNotRefused) {
  EXPECT_OK(RefuseTornCatalogue(path_));
  EXPECT_OK(RefuseTornCatalogue(folder_ / "none.db"));
}

TEST_F(TornCatalogueTest, OneThatWasCutIsRefusedAndLeftAsItIs) {
  const std::string whole = *ReadFile(path_);
  ASSERT_EQ(whole.size() % kPage, 0);
  ASSERT_GT(whole.size(), 2 * kPage);
  for (const std::size_t bytes : {std::size_t{1}, kPage - 1, kPage + 1}) {
    const std::string cut = whole.substr(0, whole.size() - bytes);
    ASSERT_OK(WriteFileAtomically(path_, cut));
    for (const absl::Status& status :
         {RefuseTornCatalogue(path_),
          CatalogueDatabase::Open(path_).status()}) {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss,
                                   AllOf(HasSubstr(path_.string()),
                                         HasSubstr(std::to_string(cut.size())),
                                         HasSubstr("restore a backup"))));
    }
    EXPECT_THAT(ReadFile(path_), IsOkAndHolds(cut));
  }
}

TEST_F(TornCatalogueTest, ALogThatHoldsThePageMakesItWhole) {
  LeaveALog();
  // The kill came while the log's first new page was being copied.
  std::string torn = *ReadFile(path_);
  torn.append(kPage / 2, '\xab');
  ASSERT_OK(WriteFileAtomically(path_, torn));
  EXPECT_OK(RefuseTornCatalogue(path_));
  SQLite::Database database(path_.string());
  EXPECT_EQ(database.execAndGet("PRAGMA integrity_check").getString(), "ok");
  EXPECT_EQ(database.execAndGet("SELECT count(*) FROM t").getInt(), 20);
}

TEST_F(TornCatalogueTest, ALogThatLacksThePageDoesNot) {
  LeaveALog();
  // An old page of rows, which nothing has changed since.
  Cut(2 * kPage + 1);
  EXPECT_THAT(RefuseTornCatalogue(path_),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(TornCatalogueTest, WhatALogHasNotCommittedDoesNotCount) {
  LeaveALog();
  std::string torn = *ReadFile(path_);
  torn.append(kPage / 2, '\xab');
  ASSERT_OK(WriteFileAtomically(path_, torn));
  // One commit's frames, without the last, which is the commit.
  const std::string log = *ReadFile(log_);
  constexpr std::size_t kFrame = 24 + kPage;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{31}, std::size_t{32}, 32 + kFrame}) {
    ASSERT_OK(WriteFileAtomically(log_, log.substr(0, size)));
    EXPECT_THAT(RefuseTornCatalogue(path_),
                StatusIs(absl::StatusCode::kDataLoss))
        << size;
  }
  // Frames of an earlier round.
  std::string stale = log;
  stale[16] ^= 1;
  ASSERT_OK(WriteFileAtomically(log_, stale));
  EXPECT_THAT(RefuseTornCatalogue(path_),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(TornCatalogueTest, AJournalIsSqlitesBusiness) {
  // As a kill leaves a first start: the journal says that nothing was there.
  Cut(kPage / 2);
  ASSERT_OK(WriteFileAtomically(folder_ / "carousel.db-journal", "journal"));
  EXPECT_OK(RefuseTornCatalogue(path_));
}

TEST_F(TornCatalogueTest, WhatIsNoDatabaseIsLeftToSqlite) {
  for (const std::string& content :
       {std::string(), std::string("short"), std::string(5000, 'x')}) {
    ASSERT_OK(WriteFileAtomically(path_, content));
    EXPECT_OK(RefuseTornCatalogue(path_));
  }
}

}  // namespace
}  // namespace carousel
