// What several resources have in common between core and the protos.
#ifndef CAROUSEL_SERVER_COMMON_TRANSLATION_H_
#define CAROUSEL_SERVER_COMMON_TRANSLATION_H_

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace carousel {

google::protobuf::Timestamp ToProto(absl::Time time);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_COMMON_TRANSLATION_H_
