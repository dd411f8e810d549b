#include "server/dataset_translation.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
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
  if (!options.unlabelled && options.text_column == options.label_column) {
    violations.Add("label_column",
                   absl::StrCat("label_column is ", Quote(options.label_column),
                                ", which is also text_column"));
  }
}

// Texts without labels have no use for what says how they are labelled and
// split.
void CheckUnlabelled(const v1::DatasetHeader& header,
                     FieldViolations& violations) {
  constexpr char kWhy[] = "; texts without labels have none and are not split";
  if (!header.label_column().empty()) {
    violations.Add(
        "label_column",
        absl::StrCat("label_column is ", Quote(header.label_column()), kWhy));
  }
  if (!header.split().empty()) {
    violations.Add("split",
                   absl::StrCat("split is ", Quote(header.split()), kWhy));
  }
  if (header.has_split_seed()) {
    violations.Add("split_seed",
                   absl::StrCat("split_seed is ", header.split_seed(), kWhy));
  }
}

void CheckOthers(const v1::DescribeDatasetRequest& request,
                 FieldViolations& violations) {
  constexpr int kMaxOthers = 100;
  if (request.compare_with_size() > kMaxOthers) {
    violations.Add(
        "compare_with",
        absl::StrCat("compare_with has ", request.compare_with_size(),
                     " datasets; at "
                     "most ",
                     kMaxOthers, " are allowed, and \"",
                     DescribeRequest::kAllOthers, "\" is all"));
    return;
  }
  for (int i = 0; i < request.compare_with_size(); ++i) {
    const std::string& other = request.compare_with(i);
    if (other == DescribeRequest::kAllOthers &&
        request.compare_with_size() == 1) {
      continue;
    }
    const std::string field = absl::StrCat("compare_with[", i, "]");
    CheckName(field, other, violations);
    if (other == request.name()) {
      violations.Add(field, absl::StrCat(field, " is ", Quote(other),
                                         ", which is the dataset itself"));
    }
  }
}

using SplitCounts = google::protobuf::Map<std::string, std::int64_t>;

void Fill(const std::array<std::int64_t, 3>& counts, SplitCounts& proto) {
  for (const Split split : kAllSplits) {
    proto[std::string(ToString(split))] =
        counts[static_cast<std::size_t>(split)];
  }
}

void Fill(const WordFrequency& word, v1::WordCount& proto) {
  proto.set_word(word.word);
  proto.set_count(word.count);
}

void FillLengths(const CorpusStatistics& statistics, const DatasetInfo& info,
                 v1::DatasetStatistics& proto) {
  proto.mutable_tokens()->set_median(statistics.tokens.median);
  proto.mutable_tokens()->set_mean(statistics.tokens.mean);
  proto.mutable_tokens()->set_p95(statistics.tokens.p95);
  proto.mutable_tokens()->set_max(statistics.tokens.max);
  proto.mutable_padding()->set_length(statistics.padding.length);
  proto.mutable_padding()->set_padded_share(statistics.padding.padded_share);
  for (const LengthBin& bin : statistics.lengths) {
    v1::HistogramBin& added = *proto.add_lengths();
    added.set_from(bin.from);
    auto& texts = *added.mutable_texts();
    if (info.options.unlabelled) {
      texts[""] = bin.texts[0];
      continue;
    }
    for (std::size_t label = 0; label < bin.texts.size(); ++label) {
      texts[info.label_names[label]] = bin.texts[label];
    }
  }
}

void FillWords(const CorpusStatistics& statistics,
               v1::DatasetStatistics& proto) {
  proto.set_vocabulary(statistics.vocabulary);
  for (const WordFrequency& word : statistics.frequent_words) {
    Fill(word, *proto.add_frequent_words());
  }
  if (!statistics.coverage.has_value()) return;
  v1::Coverage& coverage = *proto.mutable_coverage();
  coverage.set_tokens(statistics.coverage->tokens);
  coverage.set_words(statistics.coverage->words);
  for (const WordFrequency& word : statistics.coverage->unknown_words) {
    Fill(word, *coverage.add_unknown_words());
  }
}

v1::DatasetStatistics ToProto(const CorpusStatistics& statistics,
                              const DatasetInfo& info) {
  v1::DatasetStatistics proto;
  if (!info.options.unlabelled) {
    for (std::size_t label = 0; label < statistics.labels.size(); ++label) {
      (*proto.mutable_labels())[info.label_names[label]] =
          statistics.labels[label];
    }
    Fill(statistics.splits, *proto.mutable_splits());
  }
  proto.set_duplicates(info.findings.duplicate_rows);
  proto.set_conflicting_groups(info.findings.conflicting_groups);
  for (const std::string& example : info.findings.conflict_examples) {
    proto.add_conflict_examples(example);
  }
  FillLengths(statistics, info, proto);
  FillWords(statistics, proto);
  return proto;
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
  options.unlabelled = header.unlabelled();
  CheckColumns(options, violations);
  if (options.unlabelled) CheckUnlabelled(header, violations);
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
  const bool known = std::ranges::any_of(
      kAllVectorFormats,
      [&](VectorFormat format) { return upload.format == ToString(format); });
  if (!upload.format.empty() && !known) {
    violations.Add("format",
                   absl::StrCat("format is ", Quote(upload.format),
                                "; it must be word2vec, word2vec-binary, glove "
                                "or empty"));
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
  constexpr int kMaxUnknownWords = 1000;
  if (request.unknown_words() < 0 ||
      request.unknown_words() > kMaxUnknownWords) {
    violations.Add("unknown_words",
                   absl::StrCat("unknown_words is ", request.unknown_words(),
                                "; it must be in [0, ", kMaxUnknownWords, "]"));
  }
  CheckOthers(request, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  DescribeRequest asked{.dataset = request.name(),
                        .vectors = request.vectors()};
  if (request.unknown_words() > 0) {
    asked.unknown_words = static_cast<std::size_t>(request.unknown_words());
  }
  asked.compare_with = {request.compare_with().begin(),
                        request.compare_with().end()};
  return asked;
}

v1::Dataset ToProto(const DatasetRecord& record) {
  v1::Dataset dataset;
  dataset.set_name(record.name);
  dataset.set_rows(record.rows);
  dataset.set_sha256(record.sha256);
  *dataset.mutable_created_at() = ToProto(record.created_at);
  dataset.set_unlabelled(record.unlabelled);
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
  vectors.set_has_counts(record.has_counts);
  vectors.set_job(record.job);
  return vectors;
}

v1::DescribeDatasetResponse ToProto(const DatasetDescription& description) {
  v1::DescribeDatasetResponse proto;
  *proto.mutable_dataset() = ToProto(description.record);
  *proto.mutable_statistics() =
      ToProto(description.statistics, description.info);
  for (const auto& [other, overlap] : description.overlaps) {
    v1::DatasetOverlap& added = *proto.add_overlaps();
    added.set_dataset(other.name);
    added.set_rows(overlap.rows);
    if (!description.record.unlabelled) {
      Fill(overlap.splits, *added.mutable_splits());
    }
    if (!other.unlabelled) {
      Fill(overlap.other_splits, *added.mutable_other_splits());
    }
  }
  return proto;
}

}  // namespace carousel
