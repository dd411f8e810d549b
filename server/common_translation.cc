#include "server/common_translation.h"

#include "absl/strings/escaping.h"
#include "core/base/strings.h"
#include "core/base/utf8.h"

namespace carousel {

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  absl::Duration rest = time - absl::UnixEpoch();
  timestamp.set_seconds(absl::IDivDuration(rest, absl::Seconds(1), &rest));
  if (rest < absl::ZeroDuration()) {  // nanoseconds count forward
    timestamp.set_seconds(timestamp.seconds() - 1);
    rest += absl::Seconds(1);
  }
  timestamp.set_nanos(static_cast<int>(absl::ToInt64Nanoseconds(rest)));
  return timestamp;
}

std::string EscapeUnlessUtf8(std::string_view text) {
  if (!FindInvalidUtf8(text)) return std::string(text);
  return absl::CHexEscape(ToAbslView(text));
}

}  // namespace carousel
