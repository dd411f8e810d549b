#include "server/dataset_translation.h"

#include <cstddef>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/text/word_vectors.h"
#include "server/common_translation.h"
#include "server/field_checks.h"

namespace carousel {
namespace {

// A column with two meanings would be a mistake of the caller's.
void CheckColumns(const ImportOptions& options, FieldViolations& violations) {
  if (options.text_column == options.label_column) {
    violations.Add("label_column",
                   absl::StrCat("label_column is ", Quote(options.label_column),
                                ", which is also text_column"));
  }
}

}  // namespace

absl::StatusOr<DatasetUpload> FromProto(const v1::DatasetHeader& header) {
  DatasetUpload upload;
  FieldViolations violations;
  upload.name = header.name();
  CheckName("name", upload.name, violations);
  ImportOptions& options = upload.options;
  if (!header.text_column().empty()) options.text_column = header.text_column();
  if (!header.label_column().empty()) {
    options.label_column = header.label_column();
  }
  options.id_column = header.id_column();
  CheckColumns(options, violations);
  if (!header.split().empty()) {
    const auto shares = ParseShares(header.split());
    AddViolations("split", shares.status(), violations);
    if (shares.ok()) options.shares = *shares;
  }
  if (header.has_split_seed()) options.split_seed = header.split_seed();
  RETURN_IF_ERROR(violations.ToStatus());
  return upload;
}

absl::StatusOr<VectorsUpload> FromProto(const v1::VectorsHeader& header) {
  VectorsUpload upload{header.name(), header.format()};
  FieldViolations violations;
  CheckName("name", upload.name, violations);
  const std::string_view word2vec = ToString(VectorFormat::kWord2VecText);
  const std::string_view glove = ToString(VectorFormat::kGloveText);
  if (!upload.format.empty() && upload.format != word2vec &&
      upload.format != glove) {
    violations.Add("format",
                   absl::StrCat("format is ", Quote(upload.format),
                                "; it must be ", ToAbslView(word2vec), ", ",
                                ToAbslView(glove), " or empty"));
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return upload;
}

absl::StatusOr<DescribeRequest> FromProto(
    const v1::DescribeDatasetRequest& request) {
  FieldViolations violations;
  CheckName("name", request.name(), violations);
  if (!request.vectors().empty()) {
    CheckName("vectors", request.vectors(), violations);
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return DescribeRequest{request.name(), request.vectors()};
}

v1::Dataset ToProto(const DatasetRecord& record) {
  v1::Dataset dataset;
  dataset.set_name(record.name);
  dataset.set_rows(record.rows);
  dataset.set_sha256(record.sha256);
  *dataset.mutable_created_at() = ToProto(record.created_at);
  return dataset;
}

v1::Vectors ToProto(const VectorsRecord& record) {
  v1::Vectors vectors;
  vectors.set_name(record.name);
  vectors.set_format(record.format);
  vectors.set_words(record.words);
  vectors.set_dimension(record.dimension);
  vectors.set_bytes(record.bytes);
  vectors.set_sha256(record.sha256);
  *vectors.mutable_created_at() = ToProto(record.created_at);
  return vectors;
}

v1::DatasetStatistics ToProto(const CorpusStatistics& statistics,
                              const Dataset& dataset) {
  v1::DatasetStatistics proto;
  for (std::size_t label = 0; label < statistics.labels.size(); ++label) {
    (*proto.mutable_labels())[dataset.label_names[label]] =
        statistics.labels[label];
  }
  for (const Split split : kAllSplits) {
    (*proto.mutable_splits())[std::string(ToString(split))] =
        statistics.splits[static_cast<std::size_t>(split)];
  }
  proto.mutable_tokens()->set_median(statistics.tokens.median);
  proto.mutable_tokens()->set_mean(statistics.tokens.mean);
  proto.mutable_tokens()->set_p95(statistics.tokens.p95);
  proto.mutable_tokens()->set_max(statistics.tokens.max);
  proto.set_duplicates(statistics.duplicates);
  proto.set_conflicting_groups(dataset.findings.conflicting_groups);
  for (const std::string& example : dataset.findings.conflict_examples) {
    proto.add_conflict_examples(example);
  }
  proto.set_vocabulary(statistics.vocabulary);
  if (statistics.token_coverage && statistics.word_coverage) {
    proto.mutable_coverage()->set_tokens(*statistics.token_coverage);
    proto.mutable_coverage()->set_words(*statistics.word_coverage);
  }
  proto.mutable_padding()->set_length(statistics.padding.length);
  proto.mutable_padding()->set_padded_share(statistics.padding.padded_share);
  return proto;
}

}  // namespace carousel
