#include "client/cli/format.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/utf8.h"

namespace carousel::client {
std::string FormatCount(std::int64_t count) {
  std::string digits = absl::StrCat(count);
  const std::int64_t first = count < 0 ? 1 : 0;
  for (std::int64_t i = static_cast<std::int64_t>(digits.size()) - 3; i > first;
       i -= 3) {
    digits.insert(static_cast<std::size_t>(i), 1, ',');
  }
  return digits;
}

std::string FormatShare(double share) {
  return absl::StrFormat("%.2f %%", 100 * share);
}

std::string FormatBytes(std::int64_t bytes) {
  constexpr std::array kUnits = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return absl::StrCat(bytes, " bytes");
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  // 1023.95 would be printed as "1024.0".
  while (value >= 1023.95 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return absl::StrFormat("%.1f %s", value, kUnits[unit]);
}

std::string FormatSeconds(double seconds) {
  if (seconds < 9.95) return absl::StrFormat("%.1fs", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 60) return absl::StrCat(whole, "s");
  if (whole < 3600) return absl::StrFormat("%dm%02ds", whole / 60, whole % 60);
  return absl::StrFormat("%dh%02dm", whole / 3600, whole / 60 % 60);
}

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) +
         absl::Nanoseconds(time.nanos());
}

std::string FormatTimestamp(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", ToTime(time),
                          absl::UTCTimeZone());
}

std::string SentimentName(int sentiment) {
  return sentiment > 0 ? "positive" : sentiment < 0 ? "negative" : "neutral";
}

int DisplayWidth(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string ShortText(std::string_view text, int columns) {
  constexpr int kEllipsis = 3;
  constexpr int kLongestCharacter = 4;  // in bytes
  text =
      text.substr(0, static_cast<std::size_t>(columns + 1) * kLongestCharacter);
  std::string line;
  std::size_t end_with_ellipsis = 0;
  std::size_t position = 0;
  for (int width = 0; position < text.size(); ++width) {
    if (width == columns - kEllipsis) end_with_ellipsis = line.size();
    if (width == columns) {
      line.resize(end_with_ellipsis);
      return line + "...";
    }
    if (FindInvalidUtf8(text.substr(position)) == 0) {
      line += '?';
      ++position;
      continue;
    }
    const char32_t character = DecodeUtf8(text, position);
    const bool is_control = character < 0x20 || character == 0x7F;
    AppendUtf8(is_control ? U' ' : character, line);
  }
  return line;
}

}  // namespace carousel::client
