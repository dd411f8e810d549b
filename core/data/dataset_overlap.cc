#include "core/data/dataset_overlap.h"

#include <algorithm>
#include <string>

#include "core/base/status_macros.h"
#include "core/data/text_identity.h"

namespace carousel {
namespace {

absl::StatusOr<Sha256Digest> KeyOf(const DatasetRow& row) {
  ASSIGN_OR_RETURN(const std::string normalized,
                   NormalizeForComparison(row.text));
  return Sha256Of(normalized);
}

void Count(const std::optional<Split>& split,
           std::array<std::int64_t, 3>& counts) {
  if (split.has_value()) ++counts[static_cast<std::size_t>(*split)];
}

}  // namespace

absl::Status TextIndex::Add(const DatasetRow& row) {
  Entry entry{.split = row.split};
  ASSIGN_OR_RETURN(entry.key, KeyOf(row));
  entries_.push_back(entry);
  return absl::OkStatus();
}

void TextIndex::Seal() { std::ranges::sort(entries_, {}, &Entry::key); }

absl::StatusOr<DatasetOverlap> TextIndex::Compare(DatasetReader& other) const {
  DatasetOverlap overlap;
  std::vector<bool> seen(entries_.size());
  DatasetRow row;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, other.Next(row));
    if (!found) return overlap;
    ASSIGN_OR_RETURN(const Sha256Digest key, KeyOf(row));
    const auto equal = std::ranges::equal_range(entries_, key, {}, &Entry::key);
    if (equal.empty() || seen[equal.begin() - entries_.begin()]) continue;
    seen[equal.begin() - entries_.begin()] = true;
    for (const Entry& entry : equal) {
      ++overlap.rows;
      Count(entry.split, overlap.splits);
      Count(row.split, overlap.other_splits);
    }
  }
}

}  // namespace carousel
