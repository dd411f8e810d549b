#include "server/word_projection.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/analysis/sentiment_words.h"
#include "core/base/checksums.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/base/utf8.h"
#include "core/serve/torch_live_model.h"
#include "core/text/word_vectors.h"
#include "server/stored_vectors.h"

namespace carousel {
namespace {

// A version's own account of what it was trained with (core/nn/model_folder.h,
// worker/assignment_run.cc).
constexpr char kProvenanceName[] = "provenance.json";
constexpr char kChecksumKey[] = "vectors_sha256";

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

// Keeps of a file of perhaps millions of words these.
WordFilter KeepOnly(const std::vector<std::string>& words) {
  auto wanted = std::make_shared<absl::flat_hash_set<std::string>>(
      words.begin(), words.end());
  return [wanted](std::string_view word) {
    return wanted->contains(ToAbslView(word));
  };
}

// The same of those that will be shown; the first ones when it is asked in the
// order of the file, about a word perhaps twice.
WordFilter MakeFilter(const WordProjectionRequest& request) {
  const auto* top = std::get_if<TopWords>(&request.selection);
  if (top == nullptr) return KeepOnly(ChooseWords(request, WordVectors(0)));
  auto kept = std::make_shared<absl::flat_hash_set<std::string>>();
  return [kept, count = top->count](std::string_view word) {
    if (kept->contains(ToAbslView(word))) return true;
    return kept->size() < count && !FindInvalidUtf8(word) &&
           kept->emplace(word).second;
  };
}

}  // namespace

absl::StatusOr<WordProjectionResult> WordProjection::Run(
    const WordProjectionRequest& request, const std::stop_token& stop) const {
  if (const auto* vectors = std::get_if<StoredVectors>(&request.source)) {
    return OfVectors(vectors->name, request, stop);
  }
  return OfModel(std::get<ModelReference>(request.source), request, stop);
}

absl::StatusOr<WordProjectionResult> WordProjection::OfModel(
    const ModelReference& reference, const WordProjectionRequest& request,
    const std::stop_token& stop) const {
  ASSIGN_OR_RETURN(const std::shared_ptr<const LiveModel> live,
                   registry_.Get(reference));
  const auto model = std::dynamic_pointer_cast<const TorchLiveModel>(live);
  if (model == nullptr) {
    return absl::InternalError("the model has no embedding to project");
  }
  const WordVectors vectors = model->EmbeddingVectors();
  const std::vector<std::string> words = ChooseWords(request, vectors);
  ProjectionExtras extras{.counts = &model->encoder().vocabulary()};
  std::optional<WordVectors> initial;
  if (request.compare_initial) {
    ASSIGN_OR_RETURN(initial, ReadInitial({.name = model->name(),
                                           .version = model->version()},
                                          words, stop));
    extras.initial = &*initial;
  }
  ASSIGN_OR_RETURN(Projection projection,
                   ProjectWords(vectors, words, request.dimensions, extras));
  return WordProjectionResult{
      absl::StrCat(model->name(), "@", model->version()), request.dimensions,
      std::move(projection)};
}

absl::StatusOr<WordProjectionResult> WordProjection::OfVectors(
    const std::string& name, const WordProjectionRequest& request,
    const std::stop_token& stop) const {
  ASSIGN_OR_RETURN(const WordVectors vectors,
                   ReadStoredVectors(assets_, name, MakeFilter(request), stop,
                                     /*threads=*/1));
  ASSIGN_OR_RETURN(Projection projection,
                   ProjectWords(vectors, ChooseWords(request, vectors),
                                request.dimensions, /*extras=*/{}));
  return WordProjectionResult{name, request.dimensions, std::move(projection)};
}

absl::StatusOr<WordVectors> WordProjection::ReadInitial(
    const ModelReference& version, const std::vector<std::string>& words,
    const std::stop_token& stop) const {
  ASSIGN_OR_RETURN(const ModelVersionRecord record, models_.Resolve(version));
  RETURN_IF_ERROR(CheckInitial(record));
  return ReadStoredVectors(assets_, record.vectors, KeepOnly(words), stop);
}

absl::Status WordProjection::CheckInitial(
    const ModelVersionRecord& version) const {
  const std::string model = absl::StrCat(version.model, "@", version.version);
  if (version.vectors.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(model, " did not begin with stored vectors"));
  }
  const absl::StatusOr<VectorsRecord> vectors =
      assets_.GetVectors(version.vectors);
  if (absl::IsNotFound(vectors.status())) {
    return absl::FailedPreconditionError(
        absl::StrCat("the vectors ", Quote(version.vectors), " that ", model,
                     " began with are not stored any more"));
  }
  RETURN_IF_ERROR(vectors.status());
  ASSIGN_OR_RETURN(
      const std::string text,
      ReadVerifiedFile(folder_.model_version(version.model, version.version),
                       kProvenanceName));
  const nlohmann::json provenance =
      nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  // A version that does not say is taken at its vectors' name.
  if (provenance.is_object() && provenance.contains(kChecksumKey) &&
      provenance[kChecksumKey] != vectors->sha256) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the vectors ", Quote(version.vectors), " are not those that ", model,
        " began with: their SHA-256 is ", vectors->sha256));
  }
  return absl::OkStatus();
}

}  // namespace carousel
