// Where everything lies below --data_dir:
//
//   carousel.db                      the catalogue
//   lock                             held by the server that runs
//   address, metrics_address         while a server is SERVING
//   datasets/NAME/                   core/data's stored form
//   vectors/NAME/vectors             the file as it was uploaded
//   vectors/NAME/counts              how often each word occurred, likewise,
//                                    where that is known
//   models/NAME/VERSION/             core/nn's model folder, checksums.txt
//   jobs/JOB/                        lock, checkpoint.bin, result/, worker.log
//   tmp/                             uploads and backups under way
#ifndef CAROUSEL_CORE_STORE_DATA_FOLDER_H_
#define CAROUSEL_CORE_STORE_DATA_FOLDER_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/checksums.h"
#include "core/base/files.h"

namespace carousel {

// Immutable paths, so thread-safe. Names given to it have passed ValidateName.
class DataFolder {
 public:
  // Creates the folders, takes the lock (FAILED_PRECONDITION saying whose it
  // is) and removes what a crash left: all of tmp/, files half written, and
  // the addresses of a server that is gone. What is in jobs/ is the workers' to
  // tidy. `root` may be relative to the working directory; the paths given out
  // are absolute.
  static absl::StatusOr<std::unique_ptr<DataFolder>> Open(
      const std::filesystem::path& root);

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path database() const { return root_ / "carousel.db"; }
  std::filesystem::path address() const { return root_ / "address"; }
  std::filesystem::path metrics_address() const {
    return root_ / "metrics_address";
  }
  std::filesystem::path datasets() const { return root_ / "datasets"; }
  std::filesystem::path vectors() const { return root_ / "vectors"; }
  std::filesystem::path models() const { return root_ / "models"; }
  std::filesystem::path dataset(std::string_view name) const;
  std::filesystem::path vectors(std::string_view name) const;  // the folder
  std::filesystem::path vectors_file(std::string_view name) const;
  std::filesystem::path word_counts_file(std::string_view name) const;
  std::filesystem::path model(std::string_view name) const;
  std::filesystem::path model_version(std::string_view name,
                                      std::int64_t version) const;
  std::filesystem::path job(std::string_view job) const;
  std::filesystem::path checkpoint(std::string_view job) const;
  // A fresh path in tmp/, not created.
  std::filesystem::path NewTemporary(std::string_view stem) const;

 private:
  DataFolder(std::filesystem::path root, std::unique_ptr<FileLock> lock);

  absl::Status CreateFolders() const;
  absl::Status RemoveLeftovers() const;

  const std::filesystem::path root_;
  const std::unique_ptr<FileLock> lock_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_DATA_FOLDER_H_
