#include "server/model_upload.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/nn/model_files.h"
#include "server/upload_checks.h"

namespace carousel {
namespace {

constexpr std::array<const char*, 3> kNeeded = {kConfigFile, kVocabularyFile,
                                                kWeightsFile};
constexpr std::array<const char*, 2> kOptional = {kMetricsFile,
                                                  kProvenanceFile};

absl::Status CheckName(const std::string& name) {
  const auto is_name = [&](const char* known) { return name == known; };
  if (std::ranges::any_of(kNeeded, is_name) ||
      std::ranges::any_of(kOptional, is_name)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      Quote(name), " is not a file of a model folder; those are ",
      absl::StrJoin(kNeeded, ", "), ", ", absl::StrJoin(kOptional, " and ")));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ModelUpload>> ModelUpload::Create(
    const DataFolder& folder, std::int64_t max_bytes) {
  ASSIGN_OR_RETURN(std::unique_ptr<TemporaryFolder> temporary,
                   TemporaryFolder::Create(folder, "model"));
  return std::unique_ptr<ModelUpload>(
      new ModelUpload(std::move(temporary), max_bytes));
}

absl::Status ModelUpload::Begin(const std::string& name,
                                const std::string& sha256) {
  RETURN_IF_ERROR(EndFile());
  RETURN_IF_ERROR(CheckName(name));
  if (!names_.insert(name).second) {
    return absl::InvalidArgumentError(absl::StrCat(name, " has come already"));
  }
  sha256_ = sha256;
  ASSIGN_OR_RETURN(file_, HashedFile::Create(folder() / name));
  return absl::OkStatus();
}

absl::Status ModelUpload::Append(std::string_view bytes) {
  if (file_ == nullptr) {
    return absl::InvalidArgumentError("the upload has bytes of no file");
  }
  RETURN_IF_ERROR(CheckPiece(bytes.size(), bytes_left_, max_bytes_));
  bytes_left_ -= static_cast<std::int64_t>(bytes.size());
  return file_->Append(bytes);
}

absl::Status ModelUpload::EndFile() {
  if (file_ == nullptr) return absl::OkStatus();
  const std::unique_ptr<HashedFile> ended = std::move(file_);
  return ended->Finish(sha256_, ended->path().filename().string());
}

absl::Status ModelUpload::Finish() {
  RETURN_IF_ERROR(EndFile());
  std::vector<std::string> missing;
  for (const char* name : kNeeded) {
    if (!names_.contains(name)) missing.emplace_back(name);
  }
  if (missing.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("this is no model folder: ", absl::StrJoin(missing, ", "),
                   missing.size() == 1 ? " is" : " are", " missing"));
}

}  // namespace carousel
