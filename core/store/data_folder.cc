#include "core/store/data_folder.h"

#include <unistd.h>

#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<std::vector<fs::directory_entry>> EntriesOf(
    const fs::path& folder) {
  std::vector<fs::directory_entry> entries;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error);
       entry != fs::directory_iterator(); entry.increment(error)) {
    if (error) break;
    entries.push_back(*entry);
  }
  if (error) return ErrnoToStatus(error.value(), "list", folder);
  return entries;
}

// Removes what is half written in `folder` and in the folders below it, `depth`
// levels deep.
absl::Status RemoveTemporaries(const fs::path& folder, int depth) {
  ASSIGN_OR_RETURN(const auto entries, EntriesOf(folder));
  for (const fs::directory_entry& entry : entries) {
    if (entry.path().filename().string().starts_with(kTemporaryPrefix)) {
      RETURN_IF_ERROR(RemoveAll(entry.path()));
    } else if (depth > 0 && fs::is_directory(entry.symlink_status())) {
      RETURN_IF_ERROR(RemoveTemporaries(entry.path(), depth - 1));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataFolder>> DataFolder::Open(
    const fs::path& root) {
  std::error_code error;
  const fs::path absolute = fs::absolute(root, error).lexically_normal();
  if (error) return ErrnoToStatus(error.value(), "find", root);
  RETURN_IF_ERROR(CreateFolder(absolute));
  absl::StatusOr<std::unique_ptr<FileLock>> lock = FileLock::Acquire(
      absolute / "lock", absl::StrCat("process ", ::getpid()));
  if (absl::IsFailedPrecondition(lock.status())) {
    return WithContext(
        lock.status(),
        absl::StrCat("the data folder ", absolute.string(), " is in use"));
  }
  RETURN_IF_ERROR(lock.status());
  auto folder =
      std::unique_ptr<DataFolder>(new DataFolder(absolute, *std::move(lock)));
  RETURN_IF_ERROR(folder->CreateFolders());
  RETURN_IF_ERROR(folder->RemoveLeftovers());
  return folder;
}

DataFolder::DataFolder(fs::path root, std::unique_ptr<FileLock> lock)
    : root_(std::move(root)), lock_(std::move(lock)) {}

absl::Status DataFolder::CreateFolders() const {
  for (const char* name : {"datasets", "vectors", "models", "jobs", "tmp"}) {
    RETURN_IF_ERROR(CreateFolder(root_ / name));
  }
  return absl::OkStatus();
}

absl::Status DataFolder::RemoveLeftovers() const {
  RETURN_IF_ERROR(RemoveAll(address()));
  RETURN_IF_ERROR(RemoveAll(metrics_address()));
  ASSIGN_OR_RETURN(const auto uploads, EntriesOf(root_ / "tmp"));
  for (const fs::directory_entry& upload : uploads) {
    RETURN_IF_ERROR(RemoveAll(upload.path()));
  }
  RETURN_IF_ERROR(RemoveTemporaries(root_, 0));
  // Not in jobs/: the worker of a server that died may still be writing there.
  // Its successor tidies up when it has the folder's lock.
  constexpr int kDepth = 2;  // NAME/VERSION
  for (const fs::path& folder : {datasets(), vectors(), models()}) {
    RETURN_IF_ERROR(RemoveTemporaries(folder, kDepth));
  }
  return absl::OkStatus();
}

fs::path DataFolder::dataset(std::string_view name) const {
  return datasets() / name;
}

fs::path DataFolder::vectors(std::string_view name) const {
  return vectors() / name;
}

fs::path DataFolder::vectors_file(std::string_view name) const {
  return vectors(name) / "vectors";
}

fs::path DataFolder::word_counts_file(std::string_view name) const {
  return vectors(name) / "counts";
}

fs::path DataFolder::model(std::string_view name) const {
  return models() / name;
}

fs::path DataFolder::model_version(std::string_view name,
                                   std::int64_t version) const {
  return model(name) / absl::StrCat(version);
}

fs::path DataFolder::job(std::string_view job) const {
  return root_ / "jobs" / job;
}

fs::path DataFolder::checkpoint(std::string_view job) const {
  return this->job(job) / "checkpoint.bin";  // core/train/checkpoint.h
}

fs::path DataFolder::NewTemporary(std::string_view stem) const {
  return root_ / "tmp" / TemporaryName(stem);
}

}  // namespace carousel
