#include "server/sentiment_translation.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/data/dataset.h"
#include "server/common_translation.h"
#include "server/field_checks.h"

namespace carousel {
namespace {

// gRPC's deadlines are of the calendar's clock, the queue's of the steady one.
SteadyTime ToSteady(std::chrono::system_clock::time_point deadline) {
  if (deadline == std::chrono::system_clock::time_point::max()) {
    return SteadyTime::max();
  }
  return std::chrono::steady_clock::now() +
         (deadline - std::chrono::system_clock::now());
}

v1::PredictResult ToProto(const absl::StatusOr<TextPrediction>& result) {
  v1::PredictResult proto;
  if (result.ok()) {
    proto.mutable_prediction()->set_label(result->label);
    proto.mutable_prediction()->set_probability(result->probability);
  } else {
    const absl::Status& status = result.status();
    proto.mutable_error()->set_code(absl::StatusCodeToString(status.code()));
    proto.mutable_error()->set_message(
        EscapeUnlessUtf8(ToStdView(status.message())));
    proto.mutable_error()->set_reason(GetReason(status));
  }
  return proto;
}

void CheckSplit(const std::string& split, FieldViolations& violations) {
  if (split.empty() || split == kAllSplitsName || ParseSplit(split).ok()) {
    return;
  }
  violations.Add("split", absl::StrCat("split is ", Quote(split),
                                       "; it must be train, validation, test, "
                                       "all or empty"));
}

void CheckSource(const v1::GetEmbeddingProjectionRequest& request,
                 WordProjectionRequest& projection,
                 FieldViolations& violations) {
  switch (request.source_case()) {
    case v1::GetEmbeddingProjectionRequest::kModel:
      projection.source = CheckModel(request.model(), violations);
      break;
    case v1::GetEmbeddingProjectionRequest::kVectors:
      CheckName("vectors", request.vectors(), violations);
      projection.source = StoredVectors{request.vectors()};
      break;
    case v1::GetEmbeddingProjectionRequest::SOURCE_NOT_SET:
      violations.Add("source", "source is missing; give model or vectors");
  }
}

void CheckSelection(const v1::GetEmbeddingProjectionRequest& request,
                    WordProjectionRequest& projection,
                    FieldViolations& violations) {
  switch (request.selection_case()) {
    case v1::GetEmbeddingProjectionRequest::kWords:
      projection.selection = std::vector<std::string>(
          request.words().words().begin(), request.words().words().end());
      break;
    case v1::GetEmbeddingProjectionRequest::kTop:
      if (request.top() < kMinTopWords || request.top() > kMaxTopWords) {
        violations.Add(
            "top", absl::StrCat("top is ", request.top(), "; it must be in [",
                                kMinTopWords, ", ", kMaxTopWords, "]"));
      } else {
        projection.selection =
            TopWords{static_cast<std::size_t>(request.top())};
      }
      break;
    case v1::GetEmbeddingProjectionRequest::kSentimentWords:
      projection.selection = BuiltInSentimentWords{};
      break;
    case v1::GetEmbeddingProjectionRequest::SELECTION_NOT_SET:
      violations.Add("selection",
                     "selection is missing; give words, top or "
                     "sentiment_words");
  }
}

void CheckDimensions(int dimensions, WordProjectionRequest& projection,
                     FieldViolations& violations) {
  if (dimensions == 0) return;
  if (dimensions < kMinProjectionDimensions ||
      dimensions > kMaxProjectionDimensions) {
    violations.Add("dimensions",
                   absl::StrCat("dimensions is ", dimensions, "; it must be ",
                                kMinProjectionDimensions, " or ",
                                kMaxProjectionDimensions));
    return;
  }
  projection.dimensions = static_cast<std::size_t>(dimensions);
}

v1::EmbeddingPoint ToProto(const ProjectionPoint& point) {
  v1::EmbeddingPoint proto;
  proto.set_word(point.word);
  proto.mutable_position()->Assign(point.position.begin(),
                                   point.position.end());
  if (point.count > 0) proto.set_count(point.count);
  proto.set_sentiment(point.sentiment);
  proto.mutable_initial_position()->Assign(point.initial_position.begin(),
                                           point.initial_position.end());
  return proto;
}

v1::EmbeddingPair ToProto(const ProjectionPair& pair) {
  v1::EmbeddingPair proto;
  proto.set_a(pair.a);
  proto.set_b(pair.b);
  proto.set_relation(pair.relation);
  proto.set_cosine(pair.cosine);
  if (pair.initial_cosine) proto.set_initial_cosine(*pair.initial_cosine);
  return proto;
}

}  // namespace

absl::StatusOr<PredictRequest> FromProto(
    const v1::PredictRequest& request,
    std::chrono::system_clock::time_point deadline, std::stop_token stop) {
  PredictRequest predict;
  ASSIGN_OR_RETURN(predict.model, ParseModel(request.model()));
  predict.texts.assign(request.texts().begin(), request.texts().end());
  predict.deadline = ToSteady(deadline);
  predict.cancelled = [stop = std::move(stop)] {
    return stop.stop_requested();
  };
  return predict;
}

void ToProto(const PredictReply& reply, v1::PredictResponse& response) {
  response.set_model(reply.model);
  response.set_version(reply.version);
  response.set_negative_label(reply.label_names.at(0));
  response.set_positive_label(reply.label_names.at(1));
  response.set_majority_label(
      reply.label_names.at(static_cast<std::size_t>(reply.majority_label)));
  response.mutable_results()->Reserve(static_cast<int>(reply.results.size()));
  for (const absl::StatusOr<TextPrediction>& result : reply.results) {
    *response.add_results() = ToProto(result);
  }
}

absl::StatusOr<StreamRequest> FromProto(
    const v1::PredictStreamStart& start,
    std::chrono::system_clock::time_point deadline, std::stop_token stop) {
  StreamRequest request;
  ASSIGN_OR_RETURN(request.model, ParseModel(start.model()));
  request.deadline = ToSteady(deadline);
  request.cancelled = [stop = std::move(stop)] {
    return stop.stop_requested();
  };
  return request;
}

void ToProto(const RunningAnswer& answer, v1::PredictStreamResponse& response) {
  response.set_model(answer.model);
  response.set_version(answer.version);
  response.set_label(answer.label);
  if (answer.probability) response.set_probability(*answer.probability);
  response.set_tokens(answer.tokens);
  response.set_bytes(answer.bytes);
  response.set_is_cut(answer.is_cut);
  response.set_negative_label(answer.label_names.at(0));
  response.set_positive_label(answer.label_names.at(1));
}

absl::StatusOr<EvaluationRequest> FromProto(
    const v1::EvaluateRequest& request) {
  FieldViolations violations;
  EvaluationRequest evaluation{CheckModel(request.model(), violations),
                               request.dataset(), request.split()};
  CheckName("dataset", evaluation.dataset, violations);
  CheckSplit(evaluation.split, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return evaluation;
}

v1::Evaluation ToProto(const EvaluationResult& result) {
  v1::Evaluation proto;
  const ClassificationReport& report = result.report;
  proto.set_model(result.model);
  proto.set_version(result.version);
  proto.set_dataset(result.dataset);
  proto.set_split(result.split);
  proto.set_count(report.confusion.count());
  if (report.accuracy) proto.set_accuracy(*report.accuracy);
  if (report.precision) proto.set_precision(*report.precision);
  if (report.recall) proto.set_recall(*report.recall);
  if (report.f1) proto.set_f1(*report.f1);
  if (report.roc_auc) proto.set_roc_auc(*report.roc_auc);
  if (report.loss) proto.set_loss(*report.loss);
  proto.set_true_negatives(report.confusion.true_negatives);
  proto.set_false_positives(report.confusion.false_positives);
  proto.set_false_negatives(report.confusion.false_negatives);
  proto.set_true_positives(report.confusion.true_positives);
  if (report.calibration.expected_error) {
    proto.set_calibration_error(*report.calibration.expected_error);
  }
  proto.set_skipped(result.skipped);
  return proto;
}

absl::StatusOr<WordProjectionRequest> FromProto(
    const v1::GetEmbeddingProjectionRequest& request) {
  FieldViolations violations;
  WordProjectionRequest projection;
  CheckSource(request, projection, violations);
  CheckSelection(request, projection, violations);
  CheckDimensions(request.dimensions(), projection, violations);
  if (!request.method().empty() && request.method() != kProjectionMethod) {
    violations.Add("method", absl::StrCat("method is ", Quote(request.method()),
                                          "; it must be ", kProjectionMethod));
  }
  projection.compare_initial = request.compare_initial();
  if (request.compare_initial() && request.has_vectors()) {
    violations.Add("compare_initial",
                   "compare_initial is for a model; stored vectors are what "
                   "they were");
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return projection;
}

v1::EmbeddingProjection ToProto(const WordProjectionResult& result) {
  v1::EmbeddingProjection proto;
  const Projection& projection = result.projection;
  proto.set_source(result.source);
  proto.set_method(kProjectionMethod);
  proto.set_dimensions(static_cast<int>(result.dimensions));
  for (const double share : projection.explained_variance) {
    proto.add_explained_variance(share);
  }
  for (const ProjectionPoint& point : projection.points) {
    *proto.add_points() = ToProto(point);
  }
  for (const ProjectionPair& pair : projection.pairs) {
    *proto.add_pairs() = ToProto(pair);
  }
  for (const std::string& word : projection.unknown) proto.add_unknown(word);
  for (const double share : projection.initial_explained_variance) {
    proto.add_initial_explained_variance(share);
  }
  return proto;
}

}  // namespace carousel
