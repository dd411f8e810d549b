#include "core/store/database.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>

#include "SQLiteCpp/Backup.h"
#include "SQLiteCpp/SQLiteCpp.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/store/schema.h"
#include "core/store/torn_catalogue.h"

namespace carousel {
namespace {

// "caro", by which the file tells what it is (PRAGMA application_id).
constexpr int kApplicationId = 0x6361726f;

// How long to wait for another program, such as sqlite3 in an operator's hand.
constexpr int kBusyMilliseconds = 5000;

// What the operating system had said, as errno; 0 where SQLite does not tell,
// as it does of a sync that failed. `connection` may be null.
int SystemError(const SQLite::Exception& exception, sqlite3* connection) {
  switch (exception.getErrorCode()) {
    case SQLITE_FULL:
      return ENOSPC;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return connection == nullptr ? 0 : sqlite3_system_errno(connection);
    default:
      return 0;
  }
}

absl::Status ToStatus(const SQLite::Exception& exception,
                      const std::filesystem::path& path,
                      sqlite3* connection = nullptr) {
  std::string message =
      absl::StrCat("the catalogue's database: ", exception.what());
  // SQLite calls a full disk so only where it was a write that failed.
  const int system_error = SystemError(exception, connection);
  const int code = exception.getErrorCode();
  if (system_error == ENOSPC || system_error == EDQUOT) {
    absl::StrAppend(&message, " (", path.string(), ": ",
                    std::generic_category().message(system_error), ")");
  } else if (code == SQLITE_IOERR || code == SQLITE_CANTOPEN) {
    absl::StrAppend(&message, " (", path.string(),
                    "; is there room, and is the disk well?)");
  }
  if (system_error == ENOSPC || system_error == EDQUOT) {
    return absl::ResourceExhaustedError(message);
  }
  switch (code) {
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
  std::unique_ptr<SQLite::Database> connection;
  sqlite3* handle = nullptr;  // once there is one
  try {
    connection = std::make_unique<SQLite::Database>(
        path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
        kBusyMilliseconds);
    handle = connection->getHandle();
    // FULL: a commit that returned has survived a power cut.
    connection->exec(
        "PRAGMA journal_mode = WAL;"
        "PRAGMA synchronous = FULL;"
        "PRAGMA foreign_keys = ON");
    auto database = std::unique_ptr<CatalogueDatabase>(
        new CatalogueDatabase(path, std::move(connection)));
    if (absl::Status status = database->Prepare(); !status.ok()) {
      return WithContext(status, path.string());
    }
    return database;
  } catch (const SQLite::Exception& exception) {
    return WithContext(ToStatus(exception, path, handle), path.string());
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
    return ToStatus(exception, path_, database_->getHandle());
  }
}

absl::Status CatalogueDatabase::CopyTo(
    const std::filesystem::path& path) const {
  std::unique_ptr<SQLite::Database> copy;
  try {
    // A connection of its own: SQLite copies none that has begun to write.
    SQLite::Database source(path_.string(), SQLite::OPEN_READONLY,
                            kBusyMilliseconds);
    copy = std::make_unique<SQLite::Database>(
        path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    // Gone before the copy is touched again.
    const int result = SQLite::Backup(*copy, source).executeStep();
    if (result != SQLITE_DONE) {
      return absl::UnavailableError(
          absl::StrCat("the catalogue's database cannot be copied now: ",
                       sqlite3_errstr(result)));
    }
    // Out of WAL, which is three files.
    copy->exec("PRAGMA journal_mode = DELETE");
    return absl::OkStatus();
  } catch (const SQLite::Exception& exception) {
    return ToStatus(exception, path,
                    copy == nullptr ? nullptr : copy->getHandle());
  }
}

}  // namespace carousel
