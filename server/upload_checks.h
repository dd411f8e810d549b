// What every upload is held to.
#ifndef CAROUSEL_SERVER_UPLOAD_CHECKS_H_
#define CAROUSEL_SERVER_UPLOAD_CHECKS_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"

namespace carousel {

inline constexpr std::size_t kMaxUploadPieceBytes = 1 << 20;

// INVALID_ARGUMENT naming size and limit for a piece over 1 MiB, or one of more
// than what is left of the upload's `max_bytes`.
absl::Status CheckPiece(std::size_t piece, std::int64_t bytes_left,
                        std::int64_t max_bytes);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_UPLOAD_CHECKS_H_
