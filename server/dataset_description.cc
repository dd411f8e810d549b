#include "server/dataset_description.h"

#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "core/base/byte_source.h"
#include "core/base/status_macros.h"
#include "core/base/stoppable_source.h"
#include "core/base/strings.h"
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

}  // namespace

absl::StatusOr<DatasetDescription> DescribeDataset(
    const AssetStore& assets, const std::string& name,
    const std::string& vectors, const std::stop_token& stop) {
  DatasetDescription description;
  ASSIGN_OR_RETURN(description.record, assets.GetDataset(name));
  WordSet words;
  if (!vectors.empty()) {
    ASSIGN_OR_RETURN(words, ReadWords(assets, vectors, stop));
  }
  ASSIGN_OR_RETURN(const std::filesystem::path folder,
                   assets.VerifiedDataset(name, stop));
  ASSIGN_OR_RETURN(description.dataset, ReadDataset(folder, stop));
  std::function<bool(std::string_view)> has_vector;
  if (!vectors.empty()) {
    has_vector = [&words](std::string_view word) {
      return words.contains(ToAbslView(word));
    };
  }
  ASSIGN_OR_RETURN(description.statistics,
                   ComputeCorpusStatistics(description.dataset, TextOptions(),
                                           has_vector, stop));
  return description;
}

}  // namespace carousel
