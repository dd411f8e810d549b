#include "server/address_file.h"

#include <utility>

#include "core/base/files.h"
#include "core/base/status_macros.h"

namespace carousel {

absl::StatusOr<std::unique_ptr<AddressFile>> AddressFile::Create(
    const std::filesystem::path& path, std::string_view address) {
  RETURN_IF_ERROR(WriteFileAtomically(path, address));
  return std::unique_ptr<AddressFile>(new AddressFile(path));
}

AddressFile::AddressFile(std::filesystem::path path) : path_(std::move(path)) {}

AddressFile::~AddressFile() { RemoveAll(path_).IgnoreError(); }

}  // namespace carousel
