#include "core/data/dataset.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel {

std::string_view ToString(Split split) {
  switch (split) {
    case Split::kTrain:
      return "train";
    case Split::kValidation:
      return "validation";
    case Split::kTest:
      return "test";
  }
  return "";
}

absl::StatusOr<Split> ParseSplit(std::string_view text) {
  for (const Split split : kAllSplits) {
    if (text == ToString(split)) return split;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "split is ", Quote(text), "; it must be train, validation or test"));
}

absl::StatusOr<Label> ParseLabel(std::string_view text) {
  const std::string word =
      absl::AsciiStrToLower(absl::StripAsciiWhitespace(ToAbslView(text)));
  if (word == "positive" || word == "pos" || word == "1") return 1;
  if (word == "negative" || word == "neg" || word == "0") return 0;
  return absl::InvalidArgumentError(absl::StrCat(
      "the label is ", Quote(text),
      "; it must be positive or negative, pos or neg, 1 or 0, in any case"));
}

absl::Status ValidateShares(const std::array<int, 3>& shares) {
  const bool in_range = std::all_of(shares.begin(), shares.end(),
                                    [](int x) { return x >= 0 && x <= 100; });
  if (in_range && shares[0] > 0 && shares[0] + shares[1] + shares[2] == 100) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "split is ", absl::StrJoin(shares, "/"),
      "; it must be three whole numbers from 0 to 100 whose sum is 100, the "
      "first above 0, for example 70/20/10"));
}

absl::StatusOr<std::array<int, 3>> ParseShares(std::string_view text) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(ToAbslView(text), '/');
  std::array<int, 3> shares = {};
  bool parsed = parts.size() == shares.size();
  for (std::size_t i = 0; parsed && i < shares.size(); ++i) {
    parsed = absl::SimpleAtoi(parts[i], &shares[i]);
  }
  if (!parsed) {
    return absl::InvalidArgumentError(absl::StrCat(
        "split is ", Quote(text),
        "; it must be three whole numbers of per cent, for example 70/20/10"));
  }
  RETURN_IF_ERROR(ValidateShares(shares));
  return shares;
}

std::vector<const Example*> Dataset::InSplit(Split split) const {
  std::vector<const Example*> selected;
  for (const Example& example : examples) {
    if (example.split == split) selected.push_back(&example);
  }
  return selected;
}

}  // namespace carousel
