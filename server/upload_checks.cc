#include "server/upload_checks.h"

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"

namespace carousel {

absl::Status CheckPiece(std::size_t piece, std::int64_t bytes_left,
                        std::int64_t max_bytes) {
  if (piece > kMaxUploadPieceBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a piece of the upload has ", piece, " bytes; at most ",
                     kMaxUploadPieceBytes, " are allowed"));
  }
  if (static_cast<std::int64_t>(piece) > bytes_left) {
    return WithReason(absl::InvalidArgumentError(
                          absl::StrCat("the upload has more than ", max_bytes,
                                       " bytes, which is this server's limit "
                                       "(--max_upload_bytes)")),
                      "UPLOAD_TOO_LARGE");
  }
  return absl::OkStatus();
}

}  // namespace carousel
