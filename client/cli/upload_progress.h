// The progress of an upload.
#ifndef CAROUSEL_CLIENT_CLI_UPLOAD_PROGRESS_H_
#define CAROUSEL_CLIENT_CLI_UPLOAD_PROGRESS_H_

#include <filesystem>

#include "client/cli/session.h"
#include "client/upload.h"

namespace carousel::client {

// Shows bytes sent, then that the server is at work on them.
UploadProgress ShowUpload(const std::filesystem::path& file, Session& session);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_UPLOAD_PROGRESS_H_
