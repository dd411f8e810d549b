// A local file on its way to the server.
#ifndef CAROUSEL_CLIENT_INPUT_FILE_H_
#define CAROUSEL_CLIENT_INPUT_FILE_H_

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace carousel::client {

// Is read from its begin to its end. Not thread-safe.
class InputFile {
 public:
  // INVALID_ARGUMENT, with the path, for what cannot be read.
  static absl::StatusOr<InputFile> Open(const std::filesystem::path& path);

  // The next piece, at most 1 MiB; empty at the end.
  absl::StatusOr<std::string> Read();

  std::int64_t size() const { return size_; }

 private:
  InputFile(std::filesystem::path path, std::ifstream stream, std::int64_t size)
      : path_(std::move(path)), stream_(std::move(stream)), size_(size) {}

  std::filesystem::path path_;
  std::ifstream stream_;
  std::int64_t size_;
};

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_INPUT_FILE_H_
