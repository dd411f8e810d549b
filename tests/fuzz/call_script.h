// Calls of Carousel's API as text, which people and fuzzers can write:
//
//   carousel.v1.SentimentService/Predict
//   model: "film" texts: "a fine film"
//   ===
//   carousel.v1.DatasetService/UploadDataset
//   header { name: "more" }
//   ---
//   data: "review,sentiment\n"
//
// A line "===" between calls, "---" between the messages of one, each in
// protobuf's text format. What nobody can write beforehand is written as a word
// and filled in: a job "last" and the sha256 "right".
#ifndef CAROUSEL_TESTS_FUZZ_CALL_SCRIPT_H_
#define CAROUSEL_TESTS_FUZZ_CALL_SCRIPT_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carousel {

struct ScriptedCall {
  const google::protobuf::MethodDescriptor* method = nullptr;
  // Of the method's input type, at least one; a unary method has just one.
  std::vector<std::unique_ptr<google::protobuf::Message>> messages;

  // "carousel.v1.SentimentService/Predict".
  std::string name() const;
};

using CallScript = std::vector<ScriptedCall>;

// More would make a run slow, not thorough.
inline constexpr std::size_t kMaxScriptedCalls = 8;
inline constexpr std::size_t kMaxScriptedMessages = 12;

// An empty message of the method's input type.
std::unique_ptr<google::protobuf::Message> NewRequest(
    const google::protobuf::MethodDescriptor& method);

// All methods of carousel.v1, in a fixed order.
std::vector<const google::protobuf::MethodDescriptor*> ScriptableMethods();

// Nothing for what is no script; calls and messages over the limits are left
// out.
std::optional<CallScript> ParseCallScript(std::string_view text);
std::string PrintCallScript(const CallScript& script);

// Puts `last_job` in the place of a job "last", and the hash of what the call
// uploads in the place of every "right".
void FillIn(const std::string& last_job, ScriptedCall& call);

}  // namespace carousel

#endif  // CAROUSEL_TESTS_FUZZ_CALL_SCRIPT_H_
