// The file of `--config`: flags, one a line.
//
//   # what carouseld listens on
//   listen = 0.0.0.0:50051
//   allow_open = true
//
// Blank lines and lines that begin with # mean nothing; space around a name
// and its value is not part of them.
#ifndef CAROUSEL_SERVER_CONFIG_FILE_H_
#define CAROUSEL_SERVER_CONFIG_FILE_H_

#include <filesystem>

#include "absl/flags/commandlineflag.h"
#include "absl/status/status.h"

namespace carousel {

// Sets the flags that the file names, of those defined where `config_flag` is
// (itself excepted). INVALID_ARGUMENT naming each line that has no `=`, no such
// flag, one that an earlier line has set, or a value that the flag refuses;
// what the file could not be read for else. Some flags are set when it fails.
// Not thread-safe: call it before other threads start.
absl::Status ApplyConfigFile(const std::filesystem::path& path,
                             const absl::CommandLineFlag& config_flag);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_CONFIG_FILE_H_
