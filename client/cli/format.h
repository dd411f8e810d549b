// Values as people read them.
#ifndef CAROUSEL_CLIENT_CLI_FORMAT_H_
#define CAROUSEL_CLIENT_CLI_FORMAT_H_

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace carousel::client {

// 12345 -> "12,345".
std::string FormatCount(std::int64_t count);
// 0.8831 -> "88.31 %".
std::string FormatShare(double share);
// 1572864 -> "1.5 MiB".
std::string FormatBytes(std::int64_t bytes);
// 75.2 -> "1m15s"; below ten seconds with a tenth.
std::string FormatSeconds(double seconds);
// "2024-01-31 12:00:00 UTC".
std::string FormatTimestamp(const google::protobuf::Timestamp& time);

absl::Time ToTime(const google::protobuf::Timestamp& time);

// 1 -> "positive", -1 -> "negative", 0 -> "neutral".
std::string SentimentName(int sentiment);

// How many columns UTF-8 text takes, one a character.
int DisplayWidth(std::string_view text);

// The first `columns` characters in one line, with "..." where it goes on;
// control characters and bytes that are not UTF-8 become spaces and "?".
std::string ShortText(std::string_view text, int columns);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_FORMAT_H_
