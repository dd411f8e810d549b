// A folder of the data folder's tmp/ for as long as a call needs it.
#ifndef CAROUSEL_SERVER_TEMPORARY_FOLDER_H_
#define CAROUSEL_SERVER_TEMPORARY_FOLDER_H_

#include <filesystem>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/store/data_folder.h"

namespace carousel {

// Created empty; removed, with all that is in it then, at destruction.
class TemporaryFolder {
 public:
  static absl::StatusOr<std::unique_ptr<TemporaryFolder>> Create(
      const DataFolder& folder, std::string_view stem);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path);

  const std::filesystem::path path_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_TEMPORARY_FOLDER_H_
