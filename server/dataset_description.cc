#include "server/dataset_description.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "core/base/byte_source.h"
#include "core/base/status_macros.h"
#include "core/base/stoppable_source.h"
#include "core/base/strings.h"
#include "core/data/dataset_reader.h"
#include "core/text/word_vectors.h"

namespace carousel {
namespace {

using WordSet = absl::flat_hash_set<std::string>;

// The words of a stored file of vectors, without their numbers.
absl::StatusOr<WordSet> ReadWords(const AssetStore& assets,
                                  const std::string& vectors,
                                  std::stop_token stop) {
  ASSIGN_OR_RETURN(const std::filesystem::path file,
                   assets.VerifiedVectors(vectors, stop));
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                   OpenByteSource(file));
  StoppableSource stoppable(*source, std::move(stop));
  WordSet words;
  RETURN_IF_ERROR(ReadWordVectors(
                      stoppable,
                      [&words](std::string_view word) {
                        words.emplace(word);
                        return false;
                      },
                      /*summary=*/nullptr)
                      .status());
  return words;
}

// The datasets to compare with, all of which are there.
absl::StatusOr<std::vector<DatasetRecord>> FindOthers(
    const AssetStore& assets, const DescribeRequest& request) {
  std::vector<DatasetRecord> others;
  if (request.compare_with !=
      std::vector<std::string>{DescribeRequest::kAllOthers}) {
    for (const std::string& name : request.compare_with) {
      ASSIGN_OR_RETURN(others.emplace_back(), assets.GetDataset(name));
    }
    return others;
  }
  PageRequest next;
  do {
    ASSIGN_OR_RETURN(Page<DatasetRecord> page, assets.ListDatasets(next));
    std::ranges::copy_if(page.records, std::back_inserter(others),
                         [&request](const DatasetRecord& record) {
                           return record.name != request.dataset;
                         });
    next.page_token = std::move(page.next_page_token);
  } while (!next.page_token.empty());
  return others;
}

absl::StatusOr<std::unique_ptr<DatasetReader>> OpenVerified(
    const AssetStore& assets, const std::string& name,
    const std::stop_token& stop) {
  ASSIGN_OR_RETURN(const std::filesystem::path folder,
                   assets.VerifiedDataset(name, stop));
  return DatasetReader::Open(folder, stop);
}

// Reads the dataset once. `index` may be null.
absl::Status ReadRows(DatasetReader& reader, CorpusSurvey& survey,
                      TextIndex* index) {
  DatasetRow row;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, reader.Next(row));
    if (!found) break;
    RETURN_IF_ERROR(survey.Add(row));
    if (index != nullptr) RETURN_IF_ERROR(index->Add(row));
  }
  if (index != nullptr) index->Seal();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<OverlapWith>> Compare(
    const AssetStore& assets, const TextIndex& index,
    const std::vector<DatasetRecord>& others, const std::stop_token& stop) {
  std::vector<OverlapWith> overlaps;
  for (const DatasetRecord& other : others) {
    ASSIGN_OR_RETURN(const std::unique_ptr<DatasetReader> reader,
                     OpenVerified(assets, other.name, stop));
    ASSIGN_OR_RETURN(const DatasetOverlap overlap, index.Compare(*reader));
    overlaps.push_back({.other = other, .overlap = overlap});
  }
  return overlaps;
}

}  // namespace

absl::StatusOr<DatasetDescription> DescribeDataset(
    const AssetStore& assets, const DescribeRequest& request,
    const std::stop_token& stop) {
  DatasetDescription description;
  ASSIGN_OR_RETURN(description.record, assets.GetDataset(request.dataset));
  ASSIGN_OR_RETURN(const std::vector<DatasetRecord> others,
                   FindOthers(assets, request));
  WordSet words;
  CoverageRequest coverage;
  if (!request.vectors.empty()) {
    ASSIGN_OR_RETURN(words, ReadWords(assets, request.vectors, stop));
    coverage = {.has_word =
                    [&words](std::string_view word) {
                      return words.contains(ToAbslView(word));
                    },
                .unknown_words = request.unknown_words};
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<DatasetReader> reader,
                   OpenVerified(assets, request.dataset, stop));
  description.info = reader->info();
  CorpusSurvey survey{TextOptions()};
  TextIndex index;
  RETURN_IF_ERROR(ReadRows(*reader, survey, others.empty() ? nullptr : &index));
  description.statistics = std::move(survey).Finish(coverage);
  ASSIGN_OR_RETURN(description.overlaps, Compare(assets, index, others, stop));
  return description;
}

}  // namespace carousel
