// A data folder out of a backup.
#ifndef CAROUSEL_CORE_STORE_RESTORE_H_
#define CAROUSEL_CORE_STORE_RESTORE_H_

#include <cstdint>
#include <filesystem>

#include "absl/status/statusor.h"

namespace carousel {

struct RestoredBackup {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
};

// Unpacks the archive `file`, as core/store/backup.h makes it (also compressed
// with gzip, zstd or xz), into `data_dir`, which must be missing or empty, with
// no server on it (FAILED_PRECONDITION; a volume's lost+found does not count).
// A server that starts there finds everything as a power cut at the time of the
// backup would have left it.
//
// DATA_LOSS naming what is cut, missing, extra or changed; INVALID_ARGUMENT for
// what is no backup, or holds a path that no backup holds; FAILED_PRECONDITION
// for the catalogue of a newer program. Everything is unpacked aside, checked
// and synced before any of it gets its name, and an error leaves nothing
// behind. The process's death may: then `data_dir` is to be emptied by hand.
absl::StatusOr<RestoredBackup> RestoreBackup(
    const std::filesystem::path& file, const std::filesystem::path& data_dir);

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_RESTORE_H_
