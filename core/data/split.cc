#include "core/data/split.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "core/base/sha256.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

// Which rows have the same normalized text, without a list for each: a file may
// have millions of rows, and next to none twice. Row numbers sorted by key put
// each group side by side, its rows in their order, and the groups in the order
// in which they are cut.
std::vector<std::size_t> SortByKey(const std::vector<SplitInput>& rows) {
  std::vector<std::size_t> sorted(rows.size());
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  std::ranges::sort(sorted, [&rows](std::size_t a, std::size_t b) {
    return rows[a].key != rows[b].key ? rows[a].key < rows[b].key : a < b;
  });
  return sorted;
}

// The rows of a group, ascending.
using Group = std::span<const std::size_t>;

// Calls `visit` with each group, in the order of the keys.
void ForEachGroup(const std::vector<SplitInput>& rows, Group sorted,
                  absl::FunctionRef<void(Group)> visit) {
  while (!sorted.empty()) {
    const auto end = std::ranges::find_if(sorted, [&](std::size_t row) {
      return rows[row].key != rows[sorted.front()].key;
    });
    const auto size = static_cast<std::size_t>(end - sorted.begin());
    visit(sorted.first(size));
    sorted = sorted.subspan(size);
  }
}

// The label that most of its rows have, at a tie its first row's.
Label LabelOf(const Group& group, const std::vector<SplitInput>& rows) {
  const auto positive = static_cast<std::size_t>(std::ranges::count_if(
      group, [&rows](std::size_t row) { return rows[row].label == 1; }));
  if (2 * positive == group.size()) return rows[group.front()].label;
  return 2 * positive > group.size() ? 1 : 0;
}

// The first row, and the first one that has the other label; nothing when
// there is none.
std::optional<std::array<std::int64_t, 2>> FindConflict(
    const Group& group, const std::vector<SplitInput>& rows) {
  const std::size_t first = group.front();
  const auto other = std::ranges::find_if(group, [&](std::size_t row) {
    return rows[row].label != rows[first].label;
  });
  if (other == group.end()) return std::nullopt;
  return std::array{static_cast<std::int64_t>(first),
                    static_cast<std::int64_t>(*other)};
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
  const std::vector<std::size_t> sorted = SortByKey(rows);
  SplitResult result;
  result.splits.resize(rows.size());
  std::array<std::size_t, 2> groups_of_label = {0, 0};
  std::size_t groups = 0;
  ForEachGroup(rows, sorted, [&](Group group) {
    ++groups;
    ++groups_of_label[LabelOf(group, rows)];
    if (const auto conflict = FindConflict(group, rows)) {
      result.conflicts.push_back(*conflict);
    }
  });
  std::ranges::sort(result.conflicts);
  result.duplicate_rows = static_cast<std::int64_t>(rows.size() - groups);
  std::array<std::size_t, 2> position = {0, 0};
  ForEachGroup(rows, sorted, [&](Group group) {
    const Label label = LabelOf(group, rows);
    const Split split =
        SplitAt(position[label]++, groups_of_label[label], shares);
    for (const std::size_t row : group) result.splits[row] = split;
  });
  return result;
}

}  // namespace carousel
