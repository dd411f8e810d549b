// The folder in which a run works: its checkpoint, and in the end its result.
#ifndef CAROUSEL_CORE_TRAIN_WORK_FOLDER_H_
#define CAROUSEL_CORE_TRAIN_WORK_FOLDER_H_

#include <filesystem>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace carousel {

inline constexpr char kResultFolder[] = "result";

// Removes what a worker that died while it wrote has left behind.
absl::Status RemoveLeftovers(const std::filesystem::path& work_folder);

// The result appears whole, in place of one that an earlier worker finished and
// did not live to tell. `write` fills the folder that it is given.
absl::Status PublishResultFolder(
    const std::filesystem::path& work_folder,
    absl::FunctionRef<absl::Status(const std::filesystem::path& folder)> write);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_WORK_FOLDER_H_
