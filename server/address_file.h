// A file that tells scripts where a running server listens.
#ifndef CAROUSEL_SERVER_ADDRESS_FILE_H_
#define CAROUSEL_SERVER_ADDRESS_FILE_H_

#include <filesystem>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

namespace carousel {

// Holds "host:port", without a line end, from its creation to its destruction.
class AddressFile {
 public:
  static absl::StatusOr<std::unique_ptr<AddressFile>> Create(
      const std::filesystem::path& path, std::string_view address);
  ~AddressFile();
  AddressFile(const AddressFile&) = delete;
  AddressFile& operator=(const AddressFile&) = delete;

 private:
  explicit AddressFile(std::filesystem::path path);

  const std::filesystem::path path_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_ADDRESS_FILE_H_
