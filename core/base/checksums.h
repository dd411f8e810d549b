// A folder that can prove that it is still what was written.
#ifndef CAROUSEL_CORE_BASE_CHECKSUMS_H_
#define CAROUSEL_CORE_BASE_CHECKSUMS_H_

#include <cstdint>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace carousel {

inline constexpr char kChecksumsFile[] = "checksums.txt";

// Writes checksums.txt: "SHA-256  NAME" a line for every other file of the
// folder, sorted by name, as sha256sum writes it (and checks it with -c).
// FAILED_PRECONDITION for anything but files and folders, or a name with a
// backslash or a line break; CANCELLED once `stop` is requested.
absl::Status WriteChecksums(const std::filesystem::path& folder,
                            const std::stop_token& stop = {});

// The digests of checksums.txt by name. DATA_LOSS when it is missing or
// damaged.
absl::StatusOr<std::map<std::string, std::string>> ReadChecksums(
    const std::filesystem::path& folder);

// DATA_LOSS naming the file that is missing, extra or changed; CANCELLED once
// `stop` is requested.
absl::Status VerifyChecksums(const std::filesystem::path& folder,
                             const std::stop_token& stop = {});

// One file's content, without a look at the others. DATA_LOSS naming the file
// when it is missing, has changed or has no checksum.
absl::StatusOr<std::string> ReadVerifiedFile(
    const std::filesystem::path& folder, std::string_view file);

// The bytes of all files of the folder.
absl::StatusOr<std::int64_t> FolderBytes(const std::filesystem::path& folder);

// Copies a file to `target`: as a hard link where the file system can, so that
// the copy costs no space. Whoever writes the original must replace it, never
// change it in place. NOT_FOUND when there is no such file.
absl::Status LinkFile(const std::filesystem::path& file,
                      const std::filesystem::path& target);

// The same for all files of `folder`; `target` is created.
absl::Status LinkFolder(const std::filesystem::path& folder,
                        const std::filesystem::path& target);

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_CHECKSUMS_H_
