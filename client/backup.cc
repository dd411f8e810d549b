#include "client/backup.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "client/call.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

absl::Status CheckSha256(const std::string& actual,
                         const std::string& expected) {
  if (expected.empty()) {
    return absl::DataLossError("the backup ended before its checksum came");
  }
  if (actual != expected) {
    return absl::DataLossError(absl::StrCat("the backup arrived with SHA-256 ",
                                            actual, "; the server says ",
                                            expected));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WrittenBackup> WriteBackup(const Client& client,
                                          const std::filesystem::path& file,
                                          const BackupProgress& progress,
                                          const CallOptions& options) {
  ASSIGN_OR_RETURN(const auto writer, AtomicFileWriter::Create(file));
  CallContext context(client, options);
  const auto reader =
      client.admin_stub().Backup(context.get(), v1::BackupRequest());
  WrittenBackup written;
  Sha256 sha256;
  std::string expected;
  std::int64_t file_bytes = 0;
  for (v1::BackupResponse piece; reader->Read(&piece);) {
    if (const absl::Status added = writer->Append(piece.data()); !added.ok()) {
      context.get()->TryCancel();
      reader->Finish();
      return added;
    }
    sha256.Update(piece.data());
    written.bytes += static_cast<std::int64_t>(piece.data().size());
    if (piece.file_bytes() > 0) file_bytes = piece.file_bytes();
    if (!piece.sha256().empty()) expected = piece.sha256();
    progress(written.bytes, file_bytes);
  }
  RETURN_IF_ERROR(client.ToStatus(reader->Finish()));
  written.sha256 = ToHex(sha256.Finish());
  RETURN_IF_ERROR(CheckSha256(written.sha256, expected));
  RETURN_IF_ERROR(writer->Commit());
  return written;
}

}  // namespace carousel::client
