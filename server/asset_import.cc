#include "server/asset_import.h"

#include <memory>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/base/byte_source.h"
#include "core/base/error_details.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/base/stoppable_source.h"
#include "core/base/strings.h"
#include "core/data/dataset_import.h"
#include "core/text/word_counts_reader.h"
#include "core/text/word_vectors.h"
#include "server/temporary_folder.h"

namespace carousel {
namespace {

// What errors call an upload, whose place on this server is nobody's concern.
constexpr char kUploadName[] = "the uploaded file";
constexpr char kVocabularyName[] = "the vocabulary file";

// What makes two datasets the same: the bytes and how they are read. Lengths
// keep columns apart whatever their names hold.
std::string DatasetChecksum(const std::string& file_sha256,
                            const ImportOptions& options) {
  std::string text = absl::StrCat("file ", file_sha256);
  for (const std::string& column :
       {options.text_column,
        options.unlabelled ? std::string() : options.label_column,
        options.id_column}) {
    absl::StrAppend(&text, "\ncolumn ", column.size(), ":", column);
  }
  if (options.unlabelled) {
    return ToHex(Sha256Of(absl::StrCat(text, "\nunlabelled")));
  }
  absl::StrAppend(&text, "\nsplit ", options.shares[0], "/", options.shares[1],
                  "/", options.shares[2], " seed ", options.split_seed);
  return ToHex(Sha256Of(text));
}

// With a vocabulary file other content than without it.
std::string VectorsChecksum(const UploadFile& file) {
  if (file.vocabulary() == nullptr) return file.file().sha256();
  return ToHex(
      Sha256Of(absl::StrCat("file ", file.file().sha256(), "\nvocabulary ",
                            file.vocabulary()->sha256())));
}

using WordSet = absl::flat_hash_set<std::string>;

// Reads all of the file, and gives its words to `words` unless that is null.
absl::StatusOr<WordVectorsSummary> CheckVectors(const UploadFile& file,
                                                const std::string& format,
                                                std::stop_token stop,
                                                WordSet* words) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                   OpenByteSource(file.file().path(), kUploadName));
  StoppableSource stoppable(*source, std::move(stop));
  WordVectorsSummary summary;
  const auto keep_none = [words](std::string_view word) {
    if (words != nullptr) words->emplace(word);
    return false;
  };
  RETURN_IF_ERROR(ReadWordVectors(stoppable, keep_none, &summary).status());
  if (!format.empty() && format != ToString(summary.format)) {
    FieldViolations violations;
    violations.Add(
        "format",
        absl::StrCat("format is ", Quote(format), ", but the file holds ",
                     ToAbslView(ToString(summary.format)), " vectors"));
    return violations.ToStatus();
  }
  return summary;
}

// How many of the vectors' words have no count. gensim warns of each such word
// and goes on, and it ignores words that have no vector; so does this, unless
// no word has a count: that is the vocabulary of other vectors.
absl::StatusOr<std::int64_t> CheckCounts(const HashedFile& file,
                                         const WordSet& words,
                                         std::stop_token stop) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                   OpenByteSource(file.path(), kVocabularyName));
  StoppableSource stoppable(*source, std::move(stop));
  absl::StatusOr<WordCounts> counts =
      ReadWordCounts(stoppable, [&words](std::string_view word) {
        return words.contains(ToAbslView(word));
      });
  if (!counts.ok()) {
    return WithContext(std::move(counts).status(), kVocabularyName);
  }
  if (counts->counts().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(kVocabularyName, " has a count for none of the ",
                     words.size(), " words; is it that of other vectors?"));
  }
  return static_cast<std::int64_t>(words.size() - counts->counts().size());
}

}  // namespace

absl::StatusOr<ImportedDataset> AssetImport::AddDataset(
    const std::string& name, const ImportOptions& options,
    const UploadFile& file, const std::stop_token& stop) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<TemporaryFolder> content,
                   TemporaryFolder::Create(folder_, "dataset"));
  const auto open = [&file] {
    return OpenByteSource(file.file().path(), kUploadName);
  };
  ASSIGN_OR_RETURN(
      const DatasetInfo info,
      ImportDataset(open, options, content->path(), ImportLimits(), stop));
  if (stop.stop_requested()) {
    return absl::CancelledError("the import was stopped");
  }
  DatasetRecord record;
  record.name = name;
  record.sha256 = DatasetChecksum(file.file().sha256(), options);
  record.rows = info.rows;
  record.unlabelled = options.unlabelled;
  ImportedDataset imported;
  ASSIGN_OR_RETURN(const AssetStore::Added added,
                   assets_.AddDataset(record, content->path()));
  imported.is_new = added.is_new;
  ASSIGN_OR_RETURN(imported.record, assets_.GetDataset(name));
  return imported;
}

absl::StatusOr<ImportedVectors> AssetImport::AddVectors(
    const std::string& name, const std::string& format, const UploadFile& file,
    const std::stop_token& stop) const {
  const HashedFile* const vocabulary = file.vocabulary();
  WordSet words;
  ASSIGN_OR_RETURN(const WordVectorsSummary summary,
                   CheckVectors(file, format, stop,
                                vocabulary == nullptr ? nullptr : &words));
  ImportedVectors imported;
  if (vocabulary != nullptr) {
    ASSIGN_OR_RETURN(imported.without_count,
                     CheckCounts(*vocabulary, words, stop));
  }
  VectorsRecord record;
  record.name = name;
  record.sha256 = VectorsChecksum(file);
  record.has_counts = vocabulary != nullptr;
  record.format = std::string(ToString(summary.format));
  record.words = summary.words;
  record.dimension = static_cast<std::int64_t>(summary.dimension);
  record.bytes = file.file().bytes();
  imported.duplicates = summary.duplicates;
  ASSIGN_OR_RETURN(const AssetStore::Added added,
                   assets_.AddVectors(record, file.folder()));
  imported.is_new = added.is_new;
  ASSIGN_OR_RETURN(imported.record, assets_.GetVectors(name));
  return imported;
}

}  // namespace carousel
