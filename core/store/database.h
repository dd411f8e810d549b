// The SQLite database of the catalogue: one connection, WAL, full durability,
// a versioned schema.
#ifndef CAROUSEL_CORE_STORE_DATABASE_H_
#define CAROUSEL_CORE_STORE_DATABASE_H_

#include <filesystem>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/mutex.h"

namespace SQLite {
class Database;
}

namespace carousel {

// Thread-safe: transactions run one at a time.
class CatalogueDatabase {
 public:
  // The schema this program reads and writes (PRAGMA user_version).
  static constexpr int kSchemaVersion = 3;

  // Creates the file or brings an older schema up to date. FAILED_PRECONDITION
  // for a newer schema or another program's database, DATA_LOSS for what is no
  // database, damaged or cut.
  static absl::StatusOr<std::unique_ptr<CatalogueDatabase>> Open(
      const std::filesystem::path& path);
  ~CatalogueDatabase();

  // Runs `body` in one transaction: committed when it returns OK, rolled back
  // when it does not or throws. SQLite's exceptions become statuses: full disk
  // RESOURCE_EXHAUSTED with the path, damage DATA_LOSS, locked by another
  // program UNAVAILABLE, the rest INTERNAL. `body` must not call Transact.
  absl::Status Transact(
      const std::function<absl::Status(SQLite::Database&)>& body)
      EXCLUDES(mutex_);

  // Copies the database to `path`, where nothing is, by SQLite's online backup:
  // all that is committed, as one file that needs no other. `body` may call it,
  // and what it has changed until then is not in the copy. Statuses as above.
  absl::Status CopyTo(const std::filesystem::path& path) const;

 private:
  CatalogueDatabase(std::filesystem::path path,
                    std::unique_ptr<SQLite::Database> database);

  // Checks what is there and brings its schema up to date.
  absl::Status Prepare() EXCLUDES(mutex_);

  const std::filesystem::path path_;
  Mutex mutex_;
  const std::unique_ptr<SQLite::Database> database_ PT_GUARDED_BY(mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_DATABASE_H_
