#include "server/temporary_folder.h"

#include <utility>

#include "core/base/files.h"
#include "core/base/status_macros.h"

namespace carousel {

absl::StatusOr<std::unique_ptr<TemporaryFolder>> TemporaryFolder::Create(
    const DataFolder& folder, std::string_view stem) {
  std::filesystem::path path = folder.NewTemporary(stem);
  RETURN_IF_ERROR(CreateFolder(path));
  return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(std::move(path)));
}

TemporaryFolder::TemporaryFolder(std::filesystem::path path)
    : path_(std::move(path)) {}

TemporaryFolder::~TemporaryFolder() {
  // What cannot be removed now goes when the data folder is opened next.
  RemoveAll(path_).IgnoreError();
}

}  // namespace carousel
