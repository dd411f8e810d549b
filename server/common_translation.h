// What several resources have in common between core and the protos.
#ifndef CAROUSEL_SERVER_COMMON_TRANSLATION_H_
#define CAROUSEL_SERVER_COMMON_TRANSLATION_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace carousel {

google::protobuf::Timestamp ToProto(absl::Time time);

// `text` as it is when it is UTF-8, else with all its bytes but printable ASCII
// escaped as in C. A proto string must be UTF-8, or its receiver refuses the
// whole message; so every text that others wrote passes through here.
std::string EscapeUnlessUtf8(std::string_view text);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_COMMON_TRANSLATION_H_
