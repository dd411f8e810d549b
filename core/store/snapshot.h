// The data folder as it is at one moment, in a folder of its own.
#ifndef CAROUSEL_CORE_STORE_SNAPSHOT_H_
#define CAROUSEL_CORE_STORE_SNAPSHOT_H_

#include <filesystem>
#include <stop_token>

#include "absl/status/status.h"
#include "core/store/data_folder.h"
#include "core/store/database.h"

namespace carousel {

// Fills `target`, which is created in the data folder's tmp/, with what the
// catalogue knows, laid out as the data folder is: carousel.db, datasets/,
// vectors/, models/ and the checkpoints in jobs/ of the jobs that did not
// succeed. checksums.txt names them all, as `sha256sum -c` reads it.
//
// While the files are linked the catalogue waits, so that database and files
// are of one moment; where the file system knows no hard links they are copied,
// and it waits for that. A checkpoint may be newer than the database, as after
// a power cut. Then all files are read: DATA_LOSS naming one that is missing or
// is not what was stored. CANCELLED once `stop` is requested. What an error
// leaves in `target` is the caller's to remove.
//
// Not in it: the lock, addresses, uploads, logs of workers, and whatever the
// catalogue does not name.
absl::Status WriteSnapshot(const DataFolder& folder,
                           CatalogueDatabase& database,
                           const std::filesystem::path& target,
                           const std::stop_token& stop = {});

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_SNAPSHOT_H_
