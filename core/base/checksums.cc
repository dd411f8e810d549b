#include "core/base/checksums.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/base/byte_source.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDigestCharacters = 64;
constexpr std::string_view kSeparator = "  ";

// The paths of all that is no folder below `folder`, relative to it.
absl::StatusOr<std::set<std::string>> FilesOf(const fs::path& folder) {
  std::set<std::string> files;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (error) break;
    const fs::file_status status = entry->symlink_status(error);
    if (error) break;
    if (fs::is_directory(status)) continue;
    files.insert(entry->path().lexically_relative(folder).string());
  }
  if (error) return ErrnoToStatus(error.value(), "list", folder);
  return files;
}

// The same where links, devices and names that checksums.txt cannot hold are
// refused.
absl::StatusOr<std::set<std::string>> PlainFilesOf(const fs::path& folder) {
  ASSIGN_OR_RETURN(std::set<std::string> files, FilesOf(folder));
  for (const std::string& file : files) {
    std::error_code error;
    if (!fs::is_regular_file(fs::symlink_status(folder / file, error)) ||
        file.find_first_of("\\\n\r") != std::string::npos) {
      return absl::FailedPreconditionError(
          absl::StrCat(folder.string(), " holds ", Quote(file),
                       ", which is no regular file or has no plain name"));
    }
  }
  return files;
}

absl::Status Damaged(const fs::path& folder, std::string_view file,
                     std::string_view how) {
  return absl::DataLossError(
      absl::StrCat((folder / file).string(), " ", ToAbslView(how)));
}

absl::Status Changed(const fs::path& folder, std::string_view file,
                     const std::string& actual, const std::string& stored) {
  return Damaged(folder, file,
                 absl::StrCat("has changed: its SHA-256 is ", actual, ", ",
                              kChecksumsFile, " says ", stored));
}

}  // namespace

absl::Status WriteChecksums(const fs::path& folder,
                            const std::stop_token& stop) {
  ASSIGN_OR_RETURN(const std::set<std::string> files, PlainFilesOf(folder));
  std::string lines;
  for (const std::string& file : files) {
    if (file == kChecksumsFile) continue;
    ASSIGN_OR_RETURN(const std::string digest,
                     Sha256OfFile(folder / file, stop));
    absl::StrAppend(&lines, digest, ToAbslView(kSeparator), file, "\n");
  }
  return WriteFileAtomically(folder / kChecksumsFile, lines);
}

absl::StatusOr<std::map<std::string, std::string>> ReadChecksums(
    const fs::path& folder) {
  absl::StatusOr<std::string> content = ReadFile(folder / kChecksumsFile);
  if (absl::IsNotFound(content.status())) {
    return Damaged(folder, kChecksumsFile, "is missing");
  }
  RETURN_IF_ERROR(content.status());
  const auto source = MakeMemorySource(*std::move(content));
  LineReader reader(*source);
  std::map<std::string, std::string> digests;
  std::string_view line;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(line));
    if (!more) return digests;
    if (line.size() <= kDigestCharacters + kSeparator.size() ||
        line.substr(kDigestCharacters, kSeparator.size()) != kSeparator) {
      return Damaged(folder, kChecksumsFile,
                     absl::StrCat("is damaged at line ", reader.line_number()));
    }
    digests.emplace(line.substr(kDigestCharacters + kSeparator.size()),
                    line.substr(0, kDigestCharacters));
  }
}

absl::Status VerifyChecksums(const fs::path& folder,
                             const std::stop_token& stop) {
  ASSIGN_OR_RETURN(const auto digests, ReadChecksums(folder));
  ASSIGN_OR_RETURN(std::set<std::string> files, FilesOf(folder));
  files.erase(kChecksumsFile);
  for (const auto& [file, digest] : digests) {
    if (files.erase(file) == 0) return Damaged(folder, file, "is missing");
    ASSIGN_OR_RETURN(const std::string actual,
                     Sha256OfFile(folder / file, stop));
    if (actual != digest) return Changed(folder, file, actual, digest);
  }
  if (!files.empty()) {
    return Damaged(folder, *files.begin(),
                   absl::StrCat("does not belong there: ", kChecksumsFile,
                                " does not name it"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadVerifiedFile(const fs::path& folder,
                                             std::string_view file) {
  ASSIGN_OR_RETURN(const auto digests, ReadChecksums(folder));
  const auto stored = digests.find(std::string(file));
  if (stored == digests.end()) {
    return Damaged(folder, file,
                   absl::StrCat("has no checksum in ", kChecksumsFile));
  }
  absl::StatusOr<std::string> content = ReadFile(folder / file);
  if (absl::IsNotFound(content.status())) {
    return Damaged(folder, file, "is missing");
  }
  RETURN_IF_ERROR(content.status());
  const std::string actual = ToHex(Sha256Of(*content));
  if (actual != stored->second) {
    return Changed(folder, file, actual, stored->second);
  }
  return content;
}

absl::StatusOr<std::int64_t> FolderBytes(const fs::path& folder) {
  ASSIGN_OR_RETURN(const std::set<std::string> files, FilesOf(folder));
  std::int64_t bytes = 0;
  for (const std::string& file : files) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(folder / file, error);
    if (error) return ErrnoToStatus(error.value(), "measure", folder / file);
    bytes += static_cast<std::int64_t>(size);
  }
  return bytes;
}

absl::Status LinkFile(const fs::path& file, const fs::path& target) {
  std::error_code error;
  fs::create_hard_link(file, target, error);
  if (error) fs::copy_file(file, target, error);
  if (error) return ErrnoToStatus(error.value(), "copy", file);
  return absl::OkStatus();
}

absl::Status LinkFolder(const fs::path& folder, const fs::path& target) {
  ASSIGN_OR_RETURN(const std::set<std::string> files, PlainFilesOf(folder));
  RETURN_IF_ERROR(CreateFolder(target));
  for (const std::string& file : files) {
    const fs::path copy = target / file;
    RETURN_IF_ERROR(CreateFolder(copy.parent_path()));
    RETURN_IF_ERROR(LinkFile(folder / file, copy));
  }
  return absl::OkStatus();
}

}  // namespace carousel
