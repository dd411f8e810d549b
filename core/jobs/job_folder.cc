#include "core/jobs/job_folder.h"

#include <system_error>
#include <vector>

#include "core/base/files.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

// The entries of a folder; none when there is no such folder.
absl::StatusOr<std::vector<std::filesystem::path>> ListFolder(
    const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> entries;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator();
       entry.increment(error)) {
    entries.push_back(entry->path());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return ErrnoToStatus(error.value(), "list", folder);
  }
  return entries;
}

}  // namespace

absl::Status RemoveTrainingFiles(const std::filesystem::path& job_folder) {
  ASSIGN_OR_RETURN(const std::vector<std::filesystem::path> entries,
                   ListFolder(job_folder));
  for (const std::filesystem::path& entry : entries) {
    if (entry.filename() == kWorkerLog) continue;
    RETURN_IF_ERROR(RemoveAll(entry));
  }
  return absl::OkStatus();
}

absl::Status RemoveFilesOfSucceededJobs(
    const std::filesystem::path& jobs_folder, const JobStore& jobs) {
  ASSIGN_OR_RETURN(const std::vector<std::filesystem::path> folders,
                   ListFolder(jobs_folder));
  absl::Status result;
  for (const std::filesystem::path& folder : folders) {
    const auto job = jobs.Get(folder.filename().string());
    if (!job.ok() || job->state != JobState::kSucceeded) continue;
    result.Update(RemoveTrainingFiles(folder));
  }
  return result;
}

}  // namespace carousel
