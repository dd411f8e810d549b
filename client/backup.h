// A backup of the server's data, into a local file.
#ifndef CAROUSEL_CLIENT_BACKUP_H_
#define CAROUSEL_CLIENT_BACKUP_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "client/client.h"

namespace carousel::client {

struct WrittenBackup {
  std::int64_t bytes = 0;
  std::string sha256;
};

// Told after every piece: bytes received so far, bytes of all files.
using BackupProgress = std::function<void(std::int64_t, std::int64_t)>;

// Writes the server's backup, a tar archive, to `file`. Only when all of it is
// there, has the checksum that the server names (else DATA_LOSS) and is on the
// disk does it take the place of what was there; a backup that fails leaves
// that as it is.
absl::StatusOr<WrittenBackup> WriteBackup(const Client& client,
                                          const std::filesystem::path& file,
                                          const BackupProgress& progress,
                                          const CallOptions& options);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_BACKUP_H_
