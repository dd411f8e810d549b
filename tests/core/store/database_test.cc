#include "core/store/database.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "SQLiteCpp/SQLiteCpp.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class CatalogueDatabaseTest : public ::testing::Test {
 protected:
  std::unique_ptr<CatalogueDatabase> Open() {
    auto database = CatalogueDatabase::Open(path_);
    EXPECT_OK(database.status());
    return database.ok() ? *std::move(database) : nullptr;
  }
  // What a statement gives, as text.
  static std::string Get(CatalogueDatabase& database, const std::string& sql) {
    std::string result;
    EXPECT_OK(database.Transact([&](SQLite::Database& connection) {
      result = connection.execAndGet(sql).getString();
      return absl::OkStatus();
    }));
    return result;
  }
  static absl::Status Exec(CatalogueDatabase& database,
                           const std::string& sql) {
    return database.Transact([&](SQLite::Database& connection) {
      connection.exec(sql);
      return absl::OkStatus();
    });
  }
  static std::string CountModels(CatalogueDatabase& database) {
    return Get(database, "SELECT count(*) FROM models");
  }
  // Runs `body` in a process of its own, which then dies of SIGKILL.
  template <typename Body>
  void RunAndKill(Body body) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      body();
      ::raise(SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
  }

  const TempDir folder_;
  const std::filesystem::path path_ = folder_ / "carousel.db";
};

constexpr char kInsert[] = "INSERT INTO models VALUES ('m', 1)";

TEST_F(CatalogueDatabaseTest, IsDurableAndChecked) {
  const auto database = Open();
  EXPECT_EQ(Get(*database, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(Get(*database, "PRAGMA synchronous"), "2") << "FULL";
  EXPECT_EQ(Get(*database, "PRAGMA foreign_keys"), "1");
  EXPECT_EQ(Get(*database, "PRAGMA user_version"),
            std::to_string(CatalogueDatabase::kSchemaVersion));
}

TEST_F(CatalogueDatabaseTest, KeepsItsRowsWhenOpenedAgain) {
  ASSERT_OK(Exec(*Open(), kInsert));
  EXPECT_EQ(CountModels(*Open()), "1");
}

TEST_F(CatalogueDatabaseTest, WhatWasCommittedSurvivesAKill) {
  RunAndKill([&] { (void)Exec(**CatalogueDatabase::Open(path_), kInsert); });
  EXPECT_EQ(CountModels(*Open()), "1");
}

TEST_F(CatalogueDatabaseTest, WhatWasNotCommittedIsGoneAfterAKill) {
  RunAndKill([&] {
    (void)(*CatalogueDatabase::Open(path_))
        ->Transact([](SQLite::Database& connection) {
          connection.exec(kInsert);
          ::raise(SIGKILL);
          return absl::OkStatus();
        });
  });
  EXPECT_EQ(CountModels(*Open()), "0");
}

TEST_F(CatalogueDatabaseTest, ADamagedLogLosesNothingThatWasCommitted) {
  RunAndKill([&] {
    const auto database = *CatalogueDatabase::Open(path_);
    for (const char* name : {"a", "b", "c"}) {
      (void)Exec(*database,
                 absl::StrCat("INSERT INTO models VALUES ('", name, "', 1)"));
    }
    ::raise(SIGKILL);  // before the database is closed
  });
  const std::filesystem::path log = folder_ / "carousel.db-wal";
  const std::string database = *ReadFile(path_);
  const std::string content = *ReadFile(log);
  ASSERT_GT(content.size(), 4096);
  std::vector<std::string> damages = {"", content.substr(0, 20),
                                      content.substr(0, content.size() / 2)};
  // Its header, a frame's header, a page.
  for (const std::size_t at : {std::size_t{17}, std::size_t{40},
                               content.size() / 2, content.size() - 1}) {
    damages.push_back(content);
    damages.back()[at] ^= 1;
  }
  for (const std::string& damage : damages) {
    ASSERT_OK(WriteFileAtomically(path_, database));
    ASSERT_OK(WriteFileAtomically(log, damage));
    std::filesystem::remove(folder_ / "carousel.db-shm");
    EXPECT_EQ(CountModels(*Open()), "3");
  }
}

TEST_F(CatalogueDatabaseTest, ARefusalRollsBack) {
  const auto database = Open();
  EXPECT_THAT(database->Transact([](SQLite::Database& connection) {
    connection.exec(kInsert);
    return absl::AbortedError("no");
  }),
              StatusIs(absl::StatusCode::kAborted, "no"));
  EXPECT_EQ(CountModels(*database), "0");
}

TEST_F(CatalogueDatabaseTest, AnExceptionOfAnotherKindRollsBackAndPasses) {
  const auto database = Open();
  EXPECT_THROW((void)database->Transact(
                   [](SQLite::Database& connection) -> absl::Status {
                     connection.exec(kInsert);
                     throw std::runtime_error("no");
                   }),
               std::runtime_error);
  EXPECT_EQ(CountModels(*database), "0");
}

TEST_F(CatalogueDatabaseTest, AWrongStatementIsInternal) {
  const auto database = Open();
  EXPECT_THAT(Exec(*database, "SELECT nonsense"),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("nonsense")));
  EXPECT_OK(Exec(*database, kInsert));
}

TEST_F(CatalogueDatabaseTest, AFullDiskIsResourceExhausted) {
  const auto database = Open();
  ASSERT_OK(database->Transact([](SQLite::Database& connection) {
    const std::string pages =
        connection.execAndGet("PRAGMA page_count").getString();
    (void)connection.execAndGet("PRAGMA max_page_count = " + pages);
    return absl::OkStatus();
  }));
  const std::string large =
      "INSERT INTO models VALUES ('" + std::string(1 << 20, 'x') + "', 1)";
  EXPECT_THAT(Exec(*database, large),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       AllOf(HasSubstr(path_.string()),
                             HasSubstr("No space left on device"))));
  EXPECT_EQ(CountModels(*database), "0");
  EXPECT_OK(Exec(*database, kInsert)) << "what fits still works";
}

TEST_F(CatalogueDatabaseTest, ANewerSchemaIsRefused) {
  ASSERT_OK(Exec(*Open(), "PRAGMA user_version = 99"));
  EXPECT_THAT(CatalogueDatabase::Open(path_).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("carousel.db"), HasSubstr("99"))));
}

TEST_F(CatalogueDatabaseTest, TheDatabaseOfAnotherProgramIsRefused) {
  SQLite::Database(path_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE notes (text TEXT)");
  EXPECT_THAT(CatalogueDatabase::Open(path_).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("another program")));
}

TEST_F(CatalogueDatabaseTest, WhatIsNoDatabaseIsDataLoss) {
  const std::string content(100'000, 'x');
  ASSERT_OK(WriteFileAtomically(path_, content));
  EXPECT_THAT(CatalogueDatabase::Open(path_).status(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("carousel.db")));
  EXPECT_THAT(ReadFile(path_), IsOkAndHolds(content)) << "left as it was";
}

TEST_F(CatalogueDatabaseTest, DamageIsDataLoss) {
  Open().reset();
  std::string content = *ReadFile(path_);
  constexpr std::size_t kPage = 4096;
  ASSERT_GT(content.size(), 3 * kPage);
  content.replace(kPage, kPage, std::string(kPage, '\xab'));
  ASSERT_OK(WriteFileAtomically(path_, content));
  EXPECT_THAT(CatalogueDatabase::Open(path_).status(),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(CatalogueDatabaseTest, ACopyHoldsWhatIsCommittedAndNeedsNoOtherFile) {
  const auto database = Open();
  ASSERT_OK(Exec(*database, "INSERT INTO models VALUES ('before', 1)"));
  const std::filesystem::path copy = folder_ / "copy.db";
  ASSERT_OK(database->Transact([&](SQLite::Database& rows) {
    rows.exec("INSERT INTO models VALUES ('during', 1)");
    return database->CopyTo(copy);
  }));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "copy.db-wal"));
  SQLite::Database rows(copy.string());
  EXPECT_EQ(
      rows.execAndGet("SELECT group_concat(name) FROM models").getString(),
      "before");
  EXPECT_OK(CatalogueDatabase::Open(copy));
}

TEST_F(CatalogueDatabaseTest, AFolderThatIsNotThereCannotBeOpened) {
  EXPECT_THAT(CatalogueDatabase::Open(folder_ / "none/carousel.db").status(),
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(HasSubstr("none"),
                             HasSubstr("No such file or directory"))));
}

TEST_F(CatalogueDatabaseTest, WhatSqliteKeepsForItselfIsFoundOut) {
  // It says only that it cannot open the file.
  rlimit limit;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit none = {.rlim_cur = 3, .rlim_max = limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const absl::Status status = CatalogueDatabase::Open(path_).status();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted,
                               AllOf(HasSubstr(path_.string()),
                                     HasSubstr("Too many open files"))));
  EXPECT_OK(CatalogueDatabase::Open(path_));
}

}  // namespace
}  // namespace carousel
