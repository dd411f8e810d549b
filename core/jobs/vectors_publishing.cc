#include "core/jobs/vectors_publishing.h"

#include <memory>
#include <string_view>
#include <system_error>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/byte_source.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

// As core/train/vectors_run.cc names them, and the store.
constexpr char kVectors[] = "vectors";
constexpr char kCounts[] = "counts";

// The first line of word2vec text: "words dimension".
absl::Status ReadSizes(const std::filesystem::path& path,
                       VectorsRecord& record) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> file,
                   OpenByteSource(path));
  LineReader lines(*file);
  std::string_view line;
  ASSIGN_OR_RETURN(const bool is_there, lines.Next(line));
  const std::vector<absl::string_view> fields =
      absl::StrSplit(ToAbslView(line), ' ');
  if (!is_there || fields.size() != 2 ||
      !absl::SimpleAtoi(fields[0], &record.words) ||
      !absl::SimpleAtoi(fields[1], &record.dimension)) {
    return absl::DataLossError(
        absl::StrCat(path.string(), " is no file of trained vectors"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<bool> AreVectorsPublished(const JobRecord& job,
                                         const AssetStore& assets) {
  const absl::StatusOr<VectorsRecord> record = assets.GetVectors(job.vectors);
  if (absl::IsNotFound(record.status())) return false;
  RETURN_IF_ERROR(record.status());
  return record->job == job.job;
}

absl::Status PublishVectors(const JobRecord& job,
                            const std::filesystem::path& folder,
                            AssetStore& assets) {
  ASSIGN_OR_RETURN(const bool is_published, AreVectorsPublished(job, assets));
  if (is_published) return absl::OkStatus();
  const std::filesystem::path path = folder / kVectors;
  VectorsRecord record;
  record.name = job.vectors;
  record.job = job.job;
  record.format = "word2vec";
  RETURN_IF_ERROR(ReadSizes(path, record));
  ASSIGN_OR_RETURN(record.sha256, Sha256OfFile(path));
  std::error_code error;
  record.bytes =
      static_cast<std::int64_t>(std::filesystem::file_size(path, error));
  if (error) return ErrnoToStatus(error.value(), "look at", path);
  record.has_counts = std::filesystem::exists(folder / kCounts, error);
  return assets.AddVectors(record, folder).status();
}

}  // namespace carousel
