#include "core/train/work_folder.h"

#include <system_error>

#include "core/base/files.h"
#include "core/base/status_macros.h"

namespace carousel {

absl::Status RemoveLeftovers(const std::filesystem::path& work_folder) {
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(work_folder, error)) {
    if (!entry.path().filename().string().starts_with(kTemporaryPrefix)) {
      continue;
    }
    RETURN_IF_ERROR(RemoveAll(entry.path()));
  }
  if (error) return ErrnoToStatus(error.value(), "list", work_folder);
  return absl::OkStatus();
}

absl::Status PublishResultFolder(
    const std::filesystem::path& work_folder,
    absl::FunctionRef<absl::Status(const std::filesystem::path& folder)>
        write) {
  const std::filesystem::path target = work_folder / kResultFolder;
  const std::filesystem::path temporary =
      work_folder / TemporaryName(kResultFolder);
  absl::Status status = CreateFolder(temporary);
  if (status.ok()) status = write(temporary);
  if (status.ok()) status = RemoveAll(target);
  if (status.ok()) status = PublishFolder(temporary, target);
  if (!status.ok()) RemoveAll(temporary).IgnoreError();
  return status;
}

}  // namespace carousel
