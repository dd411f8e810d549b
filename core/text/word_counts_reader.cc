#include "core/text/word_counts_reader.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/base/utf8.h"
#include "core/text/word_vectors_readers.h"

namespace carousel {
namespace {

absl::Status AddLine(const std::vector<std::string_view>& fields,
                     const WordFilter& filter, WordCounts& counts) {
  if (fields.size() != 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        "it has ", fields.size(), " fields; it must be a word and its count"));
  }
  const std::string_view word = fields[0];
  const std::string_view number = fields[1];
  std::int64_t count = 0;
  if (!std::ranges::all_of(number, absl::ascii_isdigit) ||
      !absl::SimpleAtoi(ToAbslView(number), &count)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the count of ", Quote(word), " is ", Quote(number),
                     "; it must be a whole number from 0 on"));
  }
  if (filter && !filter(word)) return absl::OkStatus();
  if (counts.counts().contains(ToAbslView(word))) {
    return absl::InvalidArgumentError(
        absl::StrCat("the word ", Quote(word), " came before"));
  }
  counts.Add(word, count);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WordCounts> ReadWordCounts(ByteSource& source,
                                          const WordFilter& filter) {
  LineReader lines(source);
  WordCounts counts;
  std::vector<std::string_view> fields;
  std::int64_t words = 0;
  for (std::string_view line;;) {
    ASSIGN_OR_RETURN(const bool found, lines.Next(line));
    if (!found) break;
    if (lines.line_number() == 1 && line.starts_with(kByteOrderMark)) {
      line.remove_prefix(kByteOrderMark.size());
    }
    SplitVectorFields(line, fields);
    if (fields.empty()) continue;
    absl::Status added =
        ++words > WordVectors::kMaxLines
            ? absl::InvalidArgumentError(
                  absl::StrCat("a file has at most ", WordVectors::kMaxLines,
                               " words, and here is one more"))
            : AddLine(fields, filter, counts);
    if (!added.ok()) {
      return WithContext(std::move(added),
                         absl::StrCat("line ", lines.line_number()));
    }
  }
  if (words > 0) return counts;
  return absl::InvalidArgumentError("it is empty: no counts");
}

}  // namespace carousel
