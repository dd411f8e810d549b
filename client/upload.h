// Files to the server: streamed in pieces, with the checksum of all of them at
// the end, so that memory does not grow with the file.
//
// INVALID_ARGUMENT when the file cannot be read, with its path. What the
// server finds wrong comes back as soon as it says so, not after the last
// byte.
#ifndef CAROUSEL_CLIENT_UPLOAD_H_
#define CAROUSEL_CLIENT_UPLOAD_H_

#include <cstdint>
#include <filesystem>
#include <functional>

#include "absl/status/statusor.h"
#include "client/client.h"

namespace carousel::client {

// Told after every piece: bytes sent, bytes of the file.
using UploadProgress = std::function<void(std::int64_t, std::int64_t)>;

absl::StatusOr<v1::UploadDatasetResponse> UploadDataset(
    const Client& client, const v1::DatasetHeader& header,
    const std::filesystem::path& file, const UploadProgress& progress,
    const CallOptions& options);

// `vocabulary` is the file of the words' counts; empty: there is none. Progress
// is that of `file`, which comes after it.
absl::StatusOr<v1::UploadVectorsResponse> UploadVectors(
    const Client& client, const v1::VectorsHeader& header,
    const std::filesystem::path& file, const std::filesystem::path& vocabulary,
    const UploadProgress& progress, const CallOptions& options);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_UPLOAD_H_
