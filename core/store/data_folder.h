// Where everything lies below --data_dir:
//
//   carousel.db                      the catalogue
//   lock                             held by the server that runs
//   address, metrics_address         while a server is SERVING
//   datasets/NAME/                   core/data's stored form
//   vectors/NAME/vectors             the file as it was uploaded
//   models/NAME/VERSION/             core/nn's model folder, checksums.txt
//   jobs/JOB/                        lock, checkpoint.bin, result/, worker.log
//   tmp/                             uploads under way
#ifndef CAROUSEL_CORE_STORE_DATA_FOLDER_H_
#define CAROUSEL_CORE_STORE_DATA_FOLDER_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/files.h"

namespace carousel {

// Immutable paths, so thread-safe. Names given to it have passed ValidateName.
class DataFolder {
 public:
  // Creates the folders, takes the lock (FAILED_PRECONDITION saying whose it
  // is) and removes what a crash left half written.
  static absl::StatusOr<std::unique_ptr<DataFolder>> Open(
      const std::filesystem::path& root);

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path database() const { return root_ / "carousel.db"; }
  std::filesystem::path dataset(std::string_view name) const;
  std::filesystem::path vectors(std::string_view name) const;  // the folder
  std::filesystem::path vectors_file(std::string_view name) const;
  std::filesystem::path model(std::string_view name) const;
  std::filesystem::path model_version(std::string_view name,
                                      std::int64_t version) const;
  std::filesystem::path job(std::string_view job) const;
  // A fresh path in tmp/, not created.
  std::filesystem::path NewTemporary(std::string_view stem) const;

 private:
  DataFolder(std::filesystem::path root, std::unique_ptr<FileLock> lock);

  const std::filesystem::path root_;
  const std::unique_ptr<FileLock> lock_;
};

// checksums.txt: "SHA-256  NAME" a line for every other file of a folder, as
// sha256sum writes it.
absl::Status WriteChecksums(const std::filesystem::path& folder);
// DATA_LOSS naming the file that is missing, extra or changed.
absl::Status VerifyChecksums(const std::filesystem::path& folder);
inline constexpr char kChecksumsFile[] = "checksums.txt";

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_DATA_FOLDER_H_
