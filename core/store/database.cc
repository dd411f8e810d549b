#include "core/store/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

#include "SQLiteCpp/Backup.h"
#include "SQLiteCpp/SQLiteCpp.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/file_descriptor.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/store/schema.h"
#include "core/store/torn_catalogue.h"

namespace carousel {
namespace {

// "caro", by which the file tells what it is (PRAGMA application_id).
constexpr int kApplicationId = 0x6361726f;

// How long to wait for another program, such as sqlite3 in an operator's hand.
constexpr int kBusyMilliseconds = 5000;

constexpr std::size_t kProbeBytes = 4096;

// Without what SQLite adds to some of them, such as which call failed.
int PrimaryCode(const SQLite::Exception& exception) {
  return exception.getErrorCode() & 0xff;
}

// Writes a page's worth into the folder and takes it away again.
absl::Status TryToWrite(const std::filesystem::path& folder) {
  const std::filesystem::path probe = folder / TemporaryName("probe");
  absl::StatusOr<FileDescriptor> file =
      FileDescriptor::Open(probe, O_WRONLY | O_CREAT | O_EXCL);
  RETURN_IF_ERROR(file.status());
  absl::Status status = file->Write(std::string(kProbeBytes, '\0'));
  if (status.ok()) status = file->Sync();
  ::unlink(probe.c_str());
  return status;
}

// What the operating system has against writing to `path`; OK when nothing.
// SQLite tells of a full disk where a write met it. Of the rest it keeps no
// reason, and what sqlite3_system_errno() gives may be an earlier one's: so
// whether there is room is tried.
absl::Status WhyNotWritten(int code, const std::filesystem::path& path) {
  if (code == SQLITE_FULL) return ErrnoToStatus(ENOSPC, "write", path);
  return TryToWrite(path.parent_path());
}

absl::Status ToStatus(const SQLite::Exception& exception,
                      const std::filesystem::path& path) {
  const std::string message =
      absl::StrCat("the catalogue's database: ", exception.what());
  switch (const int code = PrimaryCode(exception)) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: {
      const absl::Status reason = WhyNotWritten(code, path);
      if (reason.ok()) {
        return absl::InternalError(
            absl::StrCat(message, " (", path.string(),
                         "; is there room, and is the disk well?)"));
      }
      const std::string explained =
          absl::StrCat(message, " (", reason.message(), ")");
      return absl::IsResourceExhausted(reason)
                 ? absl::ResourceExhaustedError(explained)
                 : absl::InternalError(explained);
    }
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(message);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::UnavailableError(message);
    default:
      return absl::InternalError(message);
  }
}

// Whose database it is, and from which schema on it can be used.
absl::Status CheckOwner(SQLite::Database& database, int version) {
  const int application_id = database.execAndGet("PRAGMA application_id");
  const bool is_empty =
      database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
  if (application_id != kApplicationId && !(is_empty && version == 0)) {
    return absl::FailedPreconditionError(
        "it is the database of another program");
  }
  if (version > CatalogueDatabase::kSchemaVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("its schema is ", version, "; this program knows up to ",
                     CatalogueDatabase::kSchemaVersion, ": run the newer one"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<CatalogueDatabase>> CatalogueDatabase::Open(
    const std::filesystem::path& path) {
  RETURN_IF_ERROR(RefuseTornCatalogue(path));
  try {
    auto connection = std::make_unique<SQLite::Database>(
        path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
        kBusyMilliseconds);
    // FULL: a commit that returned has survived a power cut. A log that waited
    // for more pages would hold commits that are nowhere else, and SQLite drops
    // without a word what comes after a flipped byte, or is cut off; so it is
    // copied to the database at each commit.
    connection->exec(
        "PRAGMA journal_mode = WAL;"
        "PRAGMA wal_autocheckpoint = 1;"
        "PRAGMA synchronous = FULL;"
        "PRAGMA foreign_keys = ON");
    auto database = std::unique_ptr<CatalogueDatabase>(
        new CatalogueDatabase(path, std::move(connection)));
    if (absl::Status status = database->Prepare(); !status.ok()) {
      return WithContext(status, path.string());
    }
    return database;
  } catch (const SQLite::Exception& exception) {
    return WithContext(ToStatus(exception, path), path.string());
  }
}

CatalogueDatabase::CatalogueDatabase(std::filesystem::path path,
                                     std::unique_ptr<SQLite::Database> database)
    : path_(std::move(path)), database_(std::move(database)) {}

CatalogueDatabase::~CatalogueDatabase() = default;

absl::Status CatalogueDatabase::Prepare() {
  return Transact([](SQLite::Database& database) {
    const int version = database.execAndGet("PRAGMA user_version");
    RETURN_IF_ERROR(CheckOwner(database, version));
    const std::string check =
        database.execAndGet("PRAGMA quick_check(1)").getString();
    if (check != "ok") {
      return absl::DataLossError(absl::StrCat("it is damaged: ", check));
    }
    for (std::size_t i = version; i < kMigrations.size(); ++i) {
      database.exec(kMigrations[i]);
    }
    database.exec(absl::StrCat("PRAGMA application_id = ", kApplicationId,
                               "; PRAGMA user_version = ", kSchemaVersion));
    return absl::OkStatus();
  });
}

absl::Status CatalogueDatabase::Transact(
    const std::function<absl::Status(SQLite::Database&)>& body) {
  MutexLock lock(mutex_);
  try {
    SQLite::Transaction transaction(*database_,
                                    SQLite::TransactionBehavior::IMMEDIATE);
    RETURN_IF_ERROR(body(*database_));
    transaction.commit();
    return absl::OkStatus();
  } catch (const SQLite::Exception& exception) {
    return ToStatus(exception, path_);
  }
}

absl::Status CatalogueDatabase::CopyTo(
    const std::filesystem::path& path) const {
  try {
    // A connection of its own: SQLite copies none that has begun to write.
    SQLite::Database source(path_.string(), SQLite::OPEN_READONLY,
                            kBusyMilliseconds);
    SQLite::Database copy(path.string(),
                          SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    // Gone before the copy is touched again.
    const int result = SQLite::Backup(copy, source).executeStep();
    if (result != SQLITE_DONE) {
      return absl::UnavailableError(
          absl::StrCat("the catalogue's database cannot be copied now: ",
                       sqlite3_errstr(result)));
    }
    // Out of WAL, which is three files.
    copy.exec("PRAGMA journal_mode = DELETE");
    return absl::OkStatus();
  } catch (const SQLite::Exception& exception) {
    return ToStatus(exception, path);
  }
}

}  // namespace carousel
