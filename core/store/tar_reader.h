// The files of a tar archive, by libarchive.
#ifndef CAROUSEL_CORE_STORE_TAR_READER_H_
#define CAROUSEL_CORE_STORE_TAR_READER_H_

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

struct archive;

namespace carousel {

// Reads tar as it is or compressed with gzip, zstd or xz, told apart by
// content. An archive that is cut or damaged is DATA_LOSS, what is no archive
// at all INVALID_ARGUMENT, both naming the file. Not thread-safe.
class TarReader {
 public:
  // NOT_FOUND when there is no such file.
  static absl::StatusOr<std::unique_ptr<TarReader>> Open(
      const std::filesystem::path& path);
  ~TarReader();
  TarReader(const TarReader&) = delete;
  TarReader& operator=(const TarReader&) = delete;

  // The name of the next file, without a leading "./"; nothing at the end.
  // Folders are passed over.
  // INVALID_ARGUMENT for all else (links, devices) and for a name that leads
  // out of the folder it is unpacked into: an absolute one, or one with "..".
  absl::StatusOr<std::optional<std::string>> Next();
  // Reads up to `size` bytes of that file; 0 means its end.
  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size);

 private:
  TarReader(std::filesystem::path path, archive* archive);

  absl::Status Error() const;

  const std::filesystem::path path_;
  archive* const archive_;
  bool found_any_ = false;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_TAR_READER_H_
