#include "core/text/stream_tokenizer.h"

#include <algorithm>
#include <optional>

#include "core/base/status_macros.h"
#include "core/base/utf8.h"
#include "core/text/html.h"
#include "core/text/normalizer.h"

namespace carousel {
namespace {

// What the normalizer always makes a space of, whatever stands beside it.
bool IsAsciiSpaceOrControl(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == 0x7F;
}

}  // namespace

absl::Status StreamTokenizer::Append(std::string_view bytes, Visit visit) {
  RETURN_IF_ERROR(CheckUtf8(bytes));
  held_.append(bytes);
  while (!in_comment_ || LeaveComment()) {
    in_comment_ = FindCuts();
    RETURN_IF_ERROR(Commit(visit));
    if (!in_comment_) break;
    begin_ = cut_ = scanned_ = cut_ + kHtmlCommentBodyOffset;
  }
  held_.erase(0, begin_);
  cut_ -= begin_;
  scanned_ -= begin_;
  begin_ = 0;
  return absl::OkStatus();
}

absl::Status StreamTokenizer::Finish(Visit visit) {
  if (!unfinished_.empty()) {
    return InvalidUtf8Error(
        unfinished_.front(),
        static_cast<std::size_t>(bytes_) - unfinished_.size());
  }
  // A comment that never ends reaches to the end of the text.
  if (!in_comment_) cut_ = held_.size();
  return Commit(visit);
}

absl::Status StreamTokenizer::CheckUtf8(std::string_view bytes) {
  // Where `unfinished_` begins in the text.
  auto offset = static_cast<std::size_t>(bytes_) - unfinished_.size();
  bytes_ += static_cast<std::int64_t>(bytes.size());
  while (!bytes.empty() && IsUnfinishedUtf8(unfinished_)) {
    unfinished_.push_back(bytes.front());
    bytes.remove_prefix(1);
  }
  if (IsUnfinishedUtf8(unfinished_)) return absl::OkStatus();
  if (FindInvalidUtf8(unfinished_).has_value()) {
    return InvalidUtf8Error(unfinished_.front(), offset);
  }
  offset += unfinished_.size();
  unfinished_.clear();
  const std::optional<std::size_t> invalid = FindInvalidUtf8(bytes);
  if (!invalid.has_value()) return absl::OkStatus();
  unfinished_ = bytes.substr(*invalid);
  if (IsUnfinishedUtf8(unfinished_)) return absl::OkStatus();
  return InvalidUtf8Error(bytes[*invalid], offset + *invalid);
}

absl::Status StreamTokenizer::Commit(Visit visit) {
  const std::string_view text =
      std::string_view(held_).substr(begin_, cut_ - begin_);
  begin_ = cut_;
  return tokenizer_.ForEachToken(text, visit);
}

bool StreamTokenizer::FindCuts() {
  const std::string_view text = held_;
  while (scanned_ < text.size()) {
    if (IsAsciiSpaceOrControl(text[scanned_])) {
      cut_ = ++scanned_;
      continue;
    }
    if (text[scanned_] != '<' || !tokenizer_.options().strip_html) {
      ++scanned_;
      continue;
    }
    const HtmlMarkupStart start = StartOfHtmlMarkup(text.substr(scanned_));
    switch (start.markup) {
      case HtmlMarkup::kText:
        ++scanned_;
        break;
      case HtmlMarkup::kTag:
        cut_ = scanned_ += start.length;
        break;
      case HtmlMarkup::kComment:
        cut_ = scanned_;
        return true;
      case HtmlMarkup::kUndecided:
        return false;
    }
  }
  return false;
}

bool StreamTokenizer::LeaveComment() {
  const std::size_t end = held_.find(kHtmlCommentEnd, begin_);
  if (end != std::string::npos) {
    begin_ = cut_ = scanned_ = end + kHtmlCommentEnd.size();
    return true;
  }
  // All but what may be the beginning of its end.
  const std::size_t kept =
      std::min(held_.size() - begin_, kHtmlCommentEnd.size() - 1);
  begin_ = cut_ = scanned_ = held_.size() - kept;
  return false;
}

}  // namespace carousel
