// A backup of the data folder, while it is used: a snapshot, read as one tar
// archive. `tar tf` lists it, and an unpacked one is checked by
// `sha256sum -c checksums.txt`; core/store/restore.h brings it back.
#ifndef CAROUSEL_CORE_STORE_BACKUP_H_
#define CAROUSEL_CORE_STORE_BACKUP_H_

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/file_descriptor.h"
#include "core/base/sha256.h"
#include "core/store/data_folder.h"
#include "core/store/database.h"
#include "core/store/tar_writer.h"

namespace carousel {

// Not thread-safe. What is deleted or replaced meanwhile is in it as it was
// when the backup was created.
class Backup {
 public:
  static constexpr std::size_t kPieceBytes = 1 << 20;

  // Makes the snapshot in tmp/; see WriteSnapshot for its errors. The folder
  // must outlive the backup.
  static absl::StatusOr<std::unique_ptr<Backup>> Create(
      const DataFolder& folder, CatalogueDatabase& database, const Clock& clock,
      const std::stop_token& stop = {});
  // Removes the snapshot.
  ~Backup();
  Backup(const Backup&) = delete;
  Backup& operator=(const Backup&) = delete;

  // Of all files. The archive is a little larger.
  std::int64_t bytes() const { return bytes_; }

  // The next piece, of kPieceBytes unless it is the last; "" at the end.
  // DATA_LOSS naming a file whose content is no longer the snapshot's.
  absl::StatusOr<std::string> Read();
  // Of the archive, in hexadecimal. Once, after its end.
  std::string TakeSha256();

 private:
  struct File {
    std::string name;
    std::string sha256;  // "" for checksums.txt, which says the others'
  };

  Backup(std::filesystem::path snapshot, absl::Time time);

  absl::Status List();
  // Appends the next block of the archive; sets at_end_.
  absl::Status ReadBlock();
  absl::Status BeginFile();
  absl::Status EndFile();

  const std::filesystem::path snapshot_;
  std::vector<File> files_;
  std::int64_t bytes_ = 0;
  std::size_t next_file_ = 0;  // being read while there is an open one
  std::optional<FileDescriptor> open_file_;
  std::optional<Sha256> file_sha256_;
  TarWriter tar_;
  Sha256 sha256_;
  bool at_end_ = false;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_BACKUP_H_
