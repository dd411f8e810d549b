// What a job leaves on the disk when it has succeeded: its log.
#ifndef CAROUSEL_CORE_JOBS_JOB_FOLDER_H_
#define CAROUSEL_CORE_JOBS_JOB_FOLDER_H_

#include <filesystem>

#include "absl/status/status.h"
#include "core/store/job_store.h"

namespace carousel {

// What a worker prints, in the job's folder.
inline constexpr char kWorkerLog[] = "worker.log";

// Removes the checkpoint, the result (the store has its copy) and all else but
// the log. OK when there is no such folder.
absl::Status RemoveTrainingFiles(const std::filesystem::path& job_folder);

// The same for every job below `jobs_folder` that has SUCCEEDED. Goes on after
// an error, and returns the first.
absl::Status RemoveFilesOfSucceededJobs(
    const std::filesystem::path& jobs_folder, const JobStore& jobs);

}  // namespace carousel

#endif  // CAROUSEL_CORE_JOBS_JOB_FOLDER_H_
