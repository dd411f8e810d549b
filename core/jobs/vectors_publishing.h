// From the folder that a worker has trained word vectors into to the store.
#ifndef CAROUSEL_CORE_JOBS_VECTORS_PUBLISHING_H_
#define CAROUSEL_CORE_JOBS_VECTORS_PUBLISHING_H_

#include <filesystem>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/store/asset_store.h"
#include "core/store/records.h"

namespace carousel {

// Whether the vectors of this job are in the store.
absl::StatusOr<bool> AreVectorsPublished(const JobRecord& job,
                                         const AssetStore& assets);

// Moves the folder (core/train/vectors_run.h) into the store. Does nothing for
// a job whose vectors are there, and does not look at the folder then, so that
// it can be repeated after a crash in the middle. ALREADY_EXISTS when the name
// holds other vectors by now.
absl::Status PublishVectors(const JobRecord& job,
                            const std::filesystem::path& folder,
                            AssetStore& assets);

}  // namespace carousel

#endif  // CAROUSEL_CORE_JOBS_VECTORS_PUBLISHING_H_
