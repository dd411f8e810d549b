// What an upload needs.
#ifndef CAROUSEL_SERVER_UPLOAD_ENVIRONMENT_H_
#define CAROUSEL_SERVER_UPLOAD_ENVIRONMENT_H_

#include <cstdint>

#include "core/base/executor.h"
#include "core/store/data_folder.h"

namespace carousel {

// Nothing is owned.
struct UploadEnvironment {
  Executor& pieces;   // writes pieces
  Executor& imports;  // reads the whole file: seconds to minutes
  const DataFolder& folder;
  std::int64_t max_bytes;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_UPLOAD_ENVIRONMENT_H_
