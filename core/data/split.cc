#include "core/data/split.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "core/base/sha256.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

// Rows whose normalized text is the same.
struct Group {
  std::vector<std::int64_t> rows;  // ascending
  std::array<std::int64_t, 2> label_counts = {0, 0};
};

std::vector<Group> FormGroups(const std::vector<SplitInput>& rows) {
  std::vector<Group> groups;
  absl::flat_hash_map<Sha256Digest, std::size_t> group_of_key;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto [entry, added] =
        group_of_key.try_emplace(rows[i].key, groups.size());
    if (added) groups.emplace_back();
    Group& group = groups[entry->second];
    group.rows.push_back(static_cast<std::int64_t>(i));
    ++group.label_counts[rows[i].label];
  }
  return groups;
}

Label LabelOf(const Group& group, const std::vector<SplitInput>& rows) {
  if (group.label_counts[0] == group.label_counts[1]) {
    return rows[group.rows.front()].label;
  }
  return group.label_counts[1] > group.label_counts[0] ? 1 : 0;
}

// The first row, and the first one that has the other label.
std::array<std::int64_t, 2> FindConflict(const Group& group,
                                         const std::vector<SplitInput>& rows) {
  const std::int64_t first = group.rows.front();
  const auto other = std::find_if(
      group.rows.begin(), group.rows.end(),
      [&](std::int64_t row) { return rows[row].label != rows[first].label; });
  return {first, *other};
}

// Which split the group at `position` of `count` sorted ones falls into: the
// cuts are the running sums of the shares, rounded.
Split SplitAt(std::size_t position, std::size_t count,
              const std::array<int, 3>& shares) {
  std::size_t running_share = 0;
  for (const Split split : kAllSplits) {
    running_share += shares[static_cast<std::size_t>(split)];
    if (position < (count * running_share + 50) / 100) return split;
  }
  return Split::kTest;
}

}  // namespace

Sha256Digest SplitKey(std::string_view normalized_text, std::uint64_t seed) {
  return Sha256Of(absl::StrCat(seed, "\n", ToAbslView(normalized_text)));
}

SplitResult AssignSplits(const std::vector<SplitInput>& rows,
                         const std::array<int, 3>& shares) {
  const std::vector<Group> groups = FormGroups(rows);
  SplitResult result;
  result.splits.resize(rows.size());
  result.group.resize(rows.size());
  result.duplicate_rows =
      static_cast<std::int64_t>(rows.size() - groups.size());
  std::array<std::vector<std::size_t>, 2> groups_of_label;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const Group& group = groups[i];
    groups_of_label[LabelOf(group, rows)].push_back(i);
    if (group.label_counts[0] > 0 && group.label_counts[1] > 0) {
      result.conflicts.push_back(FindConflict(group, rows));
    }
  }
  for (std::vector<std::size_t>& sorted : groups_of_label) {
    std::ranges::sort(sorted, {}, [&](std::size_t group) {
      return rows[groups[group].rows.front()].key;
    });
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      const Split split = SplitAt(i, sorted.size(), shares);
      for (const std::int64_t row : groups[sorted[i]].rows) {
        result.splits[row] = split;
        result.group[row] = groups[sorted[i]].rows.front();
      }
    }
  }
  return result;
}

}  // namespace carousel
