#include "core/store/torn_catalogue.h"

#include <fcntl.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/base/file_descriptor.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;

// Of the database's header and of the log's, as the format has them.
constexpr std::size_t kHeaderBytes = 100;
constexpr std::size_t kPageSizeAt = 16;
constexpr std::uint32_t kLargestPage = 65536;
constexpr std::size_t kLogHeaderBytes = 32;
constexpr std::size_t kLogSaltsAt = 16;
constexpr std::size_t kSaltsBytes = 8;
// A frame of the log: page, size at a commit, salts, checksums; then the page.
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::size_t kFrameCommitAt = 4;
constexpr std::size_t kFrameSaltsAt = 8;

std::uint32_t BigEndian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char byte : bytes) {
    number = (number << 8) | static_cast<unsigned char>(byte);
  }
  return number;
}

// 0 for what is no page size.
std::uint32_t PageSize(std::string_view header) {
  const std::uint32_t size = BigEndian(header.substr(kPageSizeAt, 2));
  if (size == 1) return kLargestPage;
  return size >= 512 && (size & (size - 1)) == 0 ? size : 0;
}

// Whether the log has committed the page. Frames of an earlier round of the log
// have other salts.
bool LogHolds(std::string_view log, std::uint64_t page,
              std::uint32_t page_size) {
  if (log.size() < kLogHeaderBytes) return false;
  const std::string_view salts = log.substr(kLogSaltsAt, kSaltsBytes);
  log.remove_prefix(kLogHeaderBytes);
  bool is_there = false;
  for (; log.size() >= kFrameHeaderBytes + page_size;
       log.remove_prefix(kFrameHeaderBytes + page_size)) {
    if (log.substr(kFrameSaltsAt, kSaltsBytes) != salts) return false;
    if (BigEndian(log.substr(0, 4)) == page) is_there = true;
    if (is_there && BigEndian(log.substr(kFrameCommitAt, 4)) != 0) return true;
  }
  return false;
}

// What is not there is empty.
absl::StatusOr<std::string> ReadIfThere(const fs::path& path) {
  absl::StatusOr<std::string> content = ReadFile(path);
  if (absl::IsNotFound(content.status())) return std::string();
  return content;
}

}  // namespace

absl::Status RefuseTornCatalogue(const fs::path& database) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(database, error);
  if (error == std::errc::no_such_file_or_directory) return absl::OkStatus();
  if (error) return ErrnoToStatus(error.value(), "measure", database);

  std::string header(kHeaderBytes, '\0');
  ASSIGN_OR_RETURN(FileDescriptor file,
                   FileDescriptor::Open(database, O_RDONLY));
  ASSIGN_OR_RETURN(const std::size_t header_bytes,
                   file.Read(header.data(), header.size()));
  const std::uint32_t page_size = PageSize(header);
  if (header_bytes < kHeaderBytes || page_size == 0 || size % page_size == 0) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::string journal,
                   ReadIfThere(database.string() + "-journal"));
  if (!journal.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string log,
                   ReadIfThere(database.string() + "-wal"));
  const std::uint64_t torn_page = size / page_size + 1;  // they count from 1
  if (LogHolds(log, torn_page, page_size)) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(database.string(), " ends within its page ", torn_page,
                   ": it has ", size, " bytes, and a page has ", page_size,
                   "; its end is lost: restore a backup"));
}

}  // namespace carousel
