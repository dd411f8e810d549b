#include "core/store/lost_catalogue.h"

#include <cstdint>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"

namespace carousel {
namespace {

// What is shorter than the smallest page is an empty database to SQLite.
constexpr std::uintmax_t kSmallestDatabase = 512;

}  // namespace

absl::Status RefuseLostCatalogue(const DataFolder& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  const std::uintmax_t size = fs::file_size(folder.database(), error);
  if (!error && size >= kSmallestDatabase) return absl::OkStatus();
  if (error && error != std::errc::no_such_file_or_directory) {
    return ErrnoToStatus(error.value(), "measure", folder.database());
  }
  const bool is_missing = static_cast<bool>(error);
  for (const fs::path& stored :
       {folder.datasets(), folder.vectors(), folder.models()}) {
    const fs::directory_iterator first(stored, error);
    if (error) return ErrnoToStatus(error.value(), "list", stored);
    if (first == fs::directory_iterator()) continue;
    return absl::DataLossError(absl::StrCat(
        folder.database().string(), is_missing ? " is missing" : " is empty",
        ", and ", stored.string(),
        " is not: a new catalogue would name nothing of that, and it would be "
        "removed; restore a backup, or move datasets, vectors and models away "
        "to begin anew"));
  }
  return absl::OkStatus();
}

}  // namespace carousel
