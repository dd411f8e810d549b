#include "server/word_projection.h"

#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/analysis/sentiment_words.h"
#include "core/base/byte_source.h"
#include "core/base/status_macros.h"
#include "core/base/stoppable_source.h"
#include "core/base/strings.h"
#include "core/base/utf8.h"
#include "core/serve/torch_live_model.h"
#include "core/text/word_vectors.h"

namespace carousel {
namespace {

std::vector<std::string> SentimentWordList() {
  std::vector<std::string> words;
  for (const auto list : {PositiveWords(), NegativeWords()}) {
    words.insert(words.end(), list.begin(), list.end());
  }
  for (const WordPair& pair : WordPairs()) {
    words.emplace_back(pair.a);
    words.emplace_back(pair.b);
  }
  return words;
}

// The words that were asked for; of the N most frequent, which vectors and
// vocabularies begin with, the first N of `vectors` that an answer can spell.
std::vector<std::string> ChooseWords(const WordProjectionRequest& request,
                                     const WordVectors& vectors) {
  if (const auto* words =
          std::get_if<std::vector<std::string>>(&request.selection)) {
    return *words;
  }
  if (const auto* top = std::get_if<TopWords>(&request.selection)) {
    std::vector<std::string> words;
    for (std::size_t row = 0; row < vectors.size() && words.size() < top->count;
         ++row) {
      const std::string& word = vectors.word(row);
      if (!FindInvalidUtf8(word)) words.push_back(word);
    }
    return words;
  }
  return SentimentWordList();
}

// Keeps of a file of perhaps millions of words those that will be shown.
WordFilter MakeFilter(const WordProjectionRequest& request) {
  auto wanted = std::make_shared<absl::flat_hash_set<std::string>>();
  if (const auto* top = std::get_if<TopWords>(&request.selection)) {
    return [wanted, count = top->count](std::string_view word) {
      return wanted->size() < count && !FindInvalidUtf8(word) &&
             wanted->emplace(word).second;
    };
  }
  for (std::string& word : ChooseWords(request, WordVectors(0))) {
    wanted->insert(std::move(word));
  }
  return [wanted](std::string_view word) {
    return wanted->contains(ToAbslView(word));
  };
}

}  // namespace

absl::StatusOr<WordProjectionResult> WordProjection::Run(
    const WordProjectionRequest& request, const std::stop_token& stop) const {
  if (const auto* vectors = std::get_if<StoredVectors>(&request.source)) {
    return OfVectors(vectors->name, request, stop);
  }
  return OfModel(std::get<ModelReference>(request.source), request);
}

absl::StatusOr<WordProjectionResult> WordProjection::OfModel(
    const ModelReference& reference,
    const WordProjectionRequest& request) const {
  ASSIGN_OR_RETURN(const std::shared_ptr<const LiveModel> live,
                   registry_.Get(reference));
  const auto model = std::dynamic_pointer_cast<const TorchLiveModel>(live);
  if (model == nullptr) {
    return absl::InternalError("the model has no embedding to project");
  }
  const WordVectors vectors = model->EmbeddingVectors();
  ASSIGN_OR_RETURN(
      Projection projection,
      ProjectWords(vectors, ChooseWords(request, vectors),
                   kProjectionDimensions, &model->encoder().vocabulary()));
  return WordProjectionResult{
      absl::StrCat(model->name(), "@", model->version()),
      std::move(projection)};
}

absl::StatusOr<WordProjectionResult> WordProjection::OfVectors(
    const std::string& name, const WordProjectionRequest& request,
    const std::stop_token& stop) const {
  ASSIGN_OR_RETURN(const std::filesystem::path file,
                   assets_.VerifiedVectors(name, stop));
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                   OpenByteSource(file));
  StoppableSource stoppable(*source, stop);
  ASSIGN_OR_RETURN(
      const WordVectors vectors,
      ReadWordVectors(stoppable, MakeFilter(request), /*summary=*/nullptr));
  ASSIGN_OR_RETURN(Projection projection,
                   ProjectWords(vectors, ChooseWords(request, vectors),
                                kProjectionDimensions, /*counts=*/nullptr));
  return WordProjectionResult{name, std::move(projection)};
}

}  // namespace carousel
