// Taking a job away for good.
#ifndef CAROUSEL_CORE_STORE_JOB_REMOVAL_H_
#define CAROUSEL_CORE_STORE_JOB_REMOVAL_H_

#include <string_view>

#include "absl/status/status.h"
#include "core/store/data_folder.h"
#include "core/store/database.h"

namespace carousel {

// Removes a job that is over: its row, its epochs and its folder, checkpoint
// and log with it. FAILED_PRECONDITION while it is QUEUED or RUNNING (reason
// WRONG_JOB_STATE) and while the version or the vectors that it made are there
// (reason IN_USE): it says what those were trained on, and keeps that.
// NOT_FOUND for a job that is not there.
absl::Status RemoveJob(const DataFolder& folder, CatalogueDatabase& database,
                       std::string_view job);

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_JOB_REMOVAL_H_
