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
    // Not equal_range, whose range clang 14 cannot compile.
    auto entry = std::ranges::lower_bound(entries_, key, {}, &Entry::key);
    if (entry == entries_.end() || entry->key != key ||
        seen[entry - entries_.begin()]) {
      continue;
    }
    seen[entry - entries_.begin()] = true;
    for (; entry != entries_.end() && entry->key == key; ++entry) {
      ++overlap.rows;
      Count(entry->split, overlap.splits);
      Count(row.split, overlap.other_splits);
    }
  }
}

}  // namespace carousel
