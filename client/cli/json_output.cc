#include "client/cli/json_output.h"

#include "absl/strings/str_cat.h"
#include "client/cli/format.h"
#include "core/base/clock.h"

namespace carousel::client {
namespace {

using Json = nlohmann::ordered_json;

// A number that may be absent.
template <typename Value>
Json Optional(bool is_set, Value value) {
  return is_set ? Json(value) : Json(nullptr);
}

Json Optional(bool is_set, const google::protobuf::Timestamp& time) {
  return is_set ? Json(FormatRfc3339(ToTime(time))) : Json(nullptr);
}

// Null where nothing was said.
Json NullIfEmpty(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

template <typename Repeated>
Json Array(const Repeated& items) {
  auto array = Json::array();
  for (const auto& item : items) array.push_back(item);
  return array;
}

// A document that the server keeps as text; as text when it is no JSON.
Json Document(const std::string& text) {
  Json document = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return document.is_discarded() ? NullIfEmpty(text) : document;
}

// "MODEL", "VECTORS".
Json KindName(v1::TrainingJob::Kind kind) {
  const std::string name = v1::TrainingJob::Kind_Name(kind);
  constexpr std::string_view kPrefix = "KIND_";
  return kind != v1::TrainingJob::KIND_UNSPECIFIED && name.starts_with(kPrefix)
             ? Json(name.substr(kPrefix.size()))
             : Json(nullptr);
}

Json PointToJson(const v1::EmbeddingPoint& point, bool has_initial) {
  Json json = {{"word", point.word()},
               {"position", Array(point.position())},
               {"count", Optional(point.has_count(), point.count())},
               {"sentiment", point.sentiment()}};
  if (has_initial) {
    json["initial_position"] = Optional(!point.initial_position().empty(),
                                        Array(point.initial_position()));
  }
  return json;
}

Json PairToJson(const v1::EmbeddingPair& pair, bool has_initial) {
  Json json = {{"a", pair.a()},
               {"b", pair.b()},
               {"relation", pair.relation()},
               {"cosine", pair.cosine()}};
  if (has_initial) {
    json["initial_cosine"] =
        Optional(pair.has_initial_cosine(), pair.initial_cosine());
  }
  return json;
}

Json FileToJson(const v1::ModelFile& file) {
  return {{"name", file.name()},
          {"bytes", file.bytes()},
          {"sha256", file.sha256()}};
}

}  // namespace

std::string StateName(v1::TrainingJob::State state) {
  const std::string name = v1::TrainingJob::State_Name(state);
  constexpr std::string_view kPrefix = "STATE_";
  return name.starts_with(kPrefix) ? name.substr(kPrefix.size())
                                   : absl::StrCat("STATE_", state);
}

Json ToJson(const v1::TrainingJob& job) {
  return {
      {"job", job.job()},
      {"kind", KindName(job.kind())},
      {"model", NullIfEmpty(job.model())},
      {"version", Optional(job.has_version(), job.version())},
      {"state", StateName(job.state())},
      {"epoch", job.epoch()},
      {"epochs", job.epochs()},
      {"best_epoch", Optional(job.has_best_epoch(), job.best_epoch())},
      {"best_validation_accuracy", Optional(job.has_best_validation_accuracy(),
                                            job.best_validation_accuracy())},
      {"error", NullIfEmpty(job.error())},
      {"created_at", Optional(job.has_created_at(), job.created_at())},
      {"started_at", Optional(job.has_started_at(), job.started_at())},
      {"ended_at", Optional(job.has_ended_at(), job.ended_at())},
      {"tokens_per_second",
       Optional(job.has_tokens_per_second(), job.tokens_per_second())},
      {"remaining_seconds",
       Optional(job.has_remaining_seconds(), job.remaining_seconds())},
      {"queue_position",
       Optional(job.has_queue_position(), job.queue_position())},
      {"dataset", NullIfEmpty(job.dataset())},
      {"vectors", NullIfEmpty(job.vectors())}};
}

Json ToJson(const v1::Epoch& epoch) {
  return {{"epoch", epoch.epoch()},
          {"train_loss", epoch.train_loss()},
          {"train_accuracy", epoch.train_accuracy()},
          {"validation_loss", epoch.validation_loss()},
          {"validation_accuracy", epoch.validation_accuracy()},
          {"learning_rate", epoch.learning_rate()},
          {"gradient_norm", epoch.gradient_norm()},
          {"tokens_per_second", epoch.tokens_per_second()},
          {"seconds", epoch.seconds()}};
}

Json ToJson(const v1::Evaluation& evaluation) {
  const Json negative = {evaluation.true_negatives(),
                         evaluation.false_positives()};
  const Json positive = {evaluation.false_negatives(),
                         evaluation.true_positives()};
  return {
      {"model", evaluation.model()},
      {"version", evaluation.version()},
      {"dataset", evaluation.dataset()},
      {"split", evaluation.split()},
      {"count", evaluation.count()},
      {"accuracy", Optional(evaluation.has_accuracy(), evaluation.accuracy())},
      {"precision",
       Optional(evaluation.has_precision(), evaluation.precision())},
      {"recall", Optional(evaluation.has_recall(), evaluation.recall())},
      {"f1", Optional(evaluation.has_f1(), evaluation.f1())},
      {"roc_auc", Optional(evaluation.has_roc_auc(), evaluation.roc_auc())},
      {"loss", Optional(evaluation.has_loss(), evaluation.loss())},
      {"confusion_matrix", Json::array({negative, positive})}};
}

Json ToJson(const v1::PredictResult& result, std::int64_t index) {
  if (result.has_error()) {
    return {{"index", index},
            {"error",
             {{"code", result.error().code()},
              {"message", result.error().message()}}}};
  }
  return {{"index", index},
          {"label", result.prediction().label()},
          {"probability", result.prediction().probability()}};
}

Json ToJson(const v1::EmbeddingProjection& projection) {
  const bool has_initial = projection.initial_explained_variance_size() > 0;
  auto points = Json::array();
  for (const auto& point : projection.points()) {
    points.push_back(PointToJson(point, has_initial));
  }
  auto pairs = Json::array();
  for (const auto& pair : projection.pairs()) {
    pairs.push_back(PairToJson(pair, has_initial));
  }
  Json json = {{"source", projection.source()},
               {"method", projection.method()},
               {"dimensions", projection.dimensions()},
               {"explained_variance", Array(projection.explained_variance())},
               {"points", points},
               {"pairs", pairs},
               {"unknown", Array(projection.unknown())}};
  if (has_initial) {
    json["initial_explained_variance"] =
        Array(projection.initial_explained_variance());
  }
  return json;
}

Json ToJson(const v1::GetNeighboursRequest& request,
            const v1::GetNeighboursResponse& response) {
  auto neighbours = Json::array();
  for (const auto& neighbour : response.neighbours()) {
    neighbours.push_back(
        {{"word", neighbour.word()},
         {"cosine", neighbour.cosine()},
         {"count", Optional(neighbour.has_count(), neighbour.count())}});
  }
  return {{"source", response.source()},
          {"query",
           {{"positive", Array(request.positive())},
            {"negative", Array(request.negative())}}},
          {"neighbours", neighbours},
          {"unknown", Array(response.unknown())}};
}

Json ToJson(const v1::PredictStreamResponse& answer) {
  return {
      {"model", answer.model()},
      {"version", answer.version()},
      {"label", NullIfEmpty(answer.label())},
      {"probability", Optional(answer.has_probability(), answer.probability())},
      {"tokens", answer.tokens()},
      {"bytes", answer.bytes()},
      {"is_cut", answer.is_cut()},
      {"is_final", answer.is_final()}};
}

Json ToJson(const v1::Dataset& dataset) {
  return {
      {"dataset", dataset.name()},
      {"rows", dataset.rows()},
      {"unlabelled", dataset.unlabelled()},
      {"sha256", dataset.sha256()},
      {"created_at", Optional(dataset.has_created_at(), dataset.created_at())}};
}

Json ToJson(const v1::Vectors& vectors) {
  return {
      {"vectors", vectors.name()},
      {"format", vectors.format()},
      {"words", vectors.words()},
      {"dimension", vectors.dimension()},
      {"bytes", vectors.bytes()},
      {"has_counts", vectors.has_counts()},
      {"job", NullIfEmpty(vectors.job())},
      {"sha256", vectors.sha256()},
      {"created_at", Optional(vectors.has_created_at(), vectors.created_at())}};
}

Json ToJson(const v1::ModelVersion& version) {
  return {
      {"model", version.model()},
      {"version", version.version()},
      {"labels", Array(version.labels())},
      {"loaded", version.loaded()},
      {"job", NullIfEmpty(version.job())},
      {"dataset", NullIfEmpty(version.dataset())},
      {"vectors", NullIfEmpty(version.vectors())},
      {"validation_accuracy", Optional(version.has_validation_accuracy(),
                                       version.validation_accuracy())},
      {"bytes", version.bytes()},
      {"created_at", Optional(version.has_created_at(), version.created_at())},
      {"memory_bytes", version.memory_bytes()},
      {"last_used_at",
       Optional(version.has_last_used_at(), version.last_used_at())}};
}

Json ToJson(const v1::GetModelResponse& model) {
  Json json = ToJson(model.version());
  json["config"] = Document(model.config());
  json["metrics"] = Document(model.metrics());
  json["provenance"] = Document(model.provenance());
  json["hyperparameters"] = Document(model.hyperparameters());
  json["used_by"] = Array(model.used_by());
  Json files = Json::array();
  for (const v1::ModelFile& file : model.files()) {
    files.push_back(FileToJson(file));
  }
  json["files"] = std::move(files);
  return json;
}

Json ToJson(const v1::ServerInfo& server) {
  return {
      {"version", server.version()},
      {"torch", server.torch()},
      {"device", server.device()},
      {"engine", server.engine()},
      {"train_slots", server.train_slots()},
      {"running_jobs", server.running_jobs()},
      {"queued_jobs", server.queued_jobs()},
      {"loaded_models", Array(server.loaded_models())},
      {"predict_queue_depth", server.predict_queue_depth()},
      {"started_at", Optional(server.has_started_at(), server.started_at())},
      {"metrics_address", NullIfEmpty(server.metrics_address())}};
}

}  // namespace carousel::client
