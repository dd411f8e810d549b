#include "server/private_file.h"

#include <sys/stat.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

constexpr mode_t kPermissions = 07777;
constexpr mode_t kOfOthers = 077;

}  // namespace

absl::StatusOr<PrivateFile> ReadPrivateFile(const std::filesystem::path& path) {
  PrivateFile file;
  ASSIGN_OR_RETURN(file.text, ReadFile(path));
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) {
    return ErrnoToStatus(errno, "look at", path);
  }
  if ((status.st_mode & kOfOthers) != 0) {
    file.warnings.push_back(absl::StrFormat(
        "%s has the mode %04o, which lets others than its owner at it; "
        "chmod 600 keeps them out",
        path.string(), status.st_mode & kPermissions));
  }
  return file;
}

}  // namespace carousel
