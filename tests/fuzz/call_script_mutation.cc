#include "tests/fuzz/call_script_mutation.h"

#include <cstdint>
#include <string>
#include <utility>

#include "core/base/random.h"

namespace carousel {
namespace {

namespace pb = google::protobuf;

// A text may be 1 MiB; what is longer than this finds nothing new, slowly.
constexpr std::size_t kMaxString = 4096;
constexpr int kMaxRepeated = 8;

ScriptedCall EmptyCall(const pb::MethodDescriptor& method) {
  ScriptedCall call{.method = &method};
  call.messages.push_back(NewRequest(method));
  return call;
}

std::size_t Pick(std::mt19937_64& random, std::size_t count) {
  return static_cast<std::size_t>(UniformBelow(random, count));
}

std::int64_t MutateInteger(std::mt19937_64& random, std::int64_t value) {
  static constexpr std::int64_t kValues[] = {
      0,    1,    2,       3,         -1,        100,      1000,
      1001, 4096, 1 << 20, INT32_MAX, INT64_MAX, INT64_MIN};
  switch (Pick(random, 3)) {
    case 0:
      return kValues[Pick(random, std::size(kValues))];
    case 1:
      return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) + 1);
    default:
      return static_cast<std::int64_t>(random());
  }
}

// Sets a field, or the last of a repeated one, to a near or a new value.
class FieldMutator {
 public:
  FieldMutator(std::mt19937_64& random, MutateBytes mutate_bytes,
               pb::Message& message)
      : random_(random),
        mutate_bytes_(mutate_bytes),
        message_(message),
        reflection_(*message.GetReflection()),
        descriptor_(*message.GetDescriptor()) {}

  void MutateAny() {
    if (descriptor_.field_count() == 0) return;
    Mutate(*descriptor_.field(static_cast<int>(
        Pick(random_, static_cast<std::size_t>(descriptor_.field_count())))));
  }

 private:
  using Field = pb::FieldDescriptor;

  void Mutate(const Field& field) {
    if (Pick(random_, 8) == 0) return reflection_.ClearField(&message_, &field);
    if (field.is_repeated()) return MutateRepeated(field);
    if (field.cpp_type() == Field::CPPTYPE_MESSAGE) {
      return MutateMessage(*reflection_.MutableMessage(&message_, &field));
    }
    Set(field);
  }

  void MutateMessage(pb::Message& message) {
    FieldMutator(random_, mutate_bytes_, message).MutateAny();
  }

  std::string MutateString(std::string text) {
    // Names that mean something to the server that is fuzzed.
    static constexpr const char* kNames[] = {
        "film",       "film@1",    "film@latest", "film@stable", "stream",
        "stream@1",   "reviews",   "words",       "last",        "right",
        "job-000001", "review",    "sentiment",   "70/20/10",    "test",
        "strong",     "epochs",    "hidden_size", "onnx",        "safetensors",
        "word2vec",   "embedding", "pca",         "*",           ""};
    if (Pick(random_, 4) == 0) return kNames[Pick(random_, std::size(kNames))];
    return mutate_bytes_(std::move(text), kMaxString);
  }

  void MutateRepeated(const Field& field) {
    const int size = reflection_.FieldSize(message_, &field);
    if (size > 0 && Pick(random_, 4) == 0) {
      return reflection_.RemoveLast(&message_, &field);
    }
    const bool add =
        size == 0 || (size < kMaxRepeated && Pick(random_, 2) == 0);
    if (field.cpp_type() == Field::CPPTYPE_MESSAGE) {
      pb::Message* const entry =
          add ? reflection_.AddMessage(&message_, &field)
              : reflection_.MutableRepeatedMessage(&message_, &field, size - 1);
      MutateMessage(*entry);
    } else if (field.cpp_type() == Field::CPPTYPE_STRING) {
      const std::string last =
          size == 0 ? ""
                    : reflection_.GetRepeatedString(message_, &field, size - 1);
      const std::string value = MutateString(last);
      if (add) return reflection_.AddString(&message_, &field, value);
      reflection_.SetRepeatedString(&message_, &field, size - 1, value);
    }
  }

  void Set(const Field& field) {
    const auto integer = [&](std::int64_t value) {
      return MutateInteger(random_, value);
    };
    pb::Message* const message = &message_;
    switch (field.cpp_type()) {
      case Field::CPPTYPE_INT32:
        return reflection_.SetInt32(
            message, &field,
            static_cast<std::int32_t>(
                integer(reflection_.GetInt32(message_, &field))));
      case Field::CPPTYPE_INT64:
        return reflection_.SetInt64(
            message, &field, integer(reflection_.GetInt64(message_, &field)));
      case Field::CPPTYPE_UINT64:
        return reflection_.SetUInt64(
            message, &field,
            static_cast<std::uint64_t>(integer(static_cast<std::int64_t>(
                reflection_.GetUInt64(message_, &field)))));
      case Field::CPPTYPE_BOOL:
        return reflection_.SetBool(message, &field,
                                   !reflection_.GetBool(message_, &field));
      case Field::CPPTYPE_ENUM:
        return reflection_.SetEnumValue(message, &field,
                                        static_cast<int>(Pick(random_, 9)) - 1);
      case Field::CPPTYPE_STRING:
        return reflection_.SetString(
            message, &field,
            MutateString(reflection_.GetString(message_, &field)));
      default:
        return;  // no request has another type
    }
  }

  std::mt19937_64& random_;
  const MutateBytes mutate_bytes_;
  pb::Message& message_;
  const pb::Reflection& reflection_;
  const pb::Descriptor& descriptor_;
};

void MutateMessages(std::mt19937_64& random, MutateBytes mutate_bytes,
                    ScriptedCall& call) {
  const std::size_t at = Pick(random, call.messages.size());
  if (call.method->client_streaming() && Pick(random, 3) == 0) {
    if (call.messages.size() > 1 && Pick(random, 2) == 0) {
      call.messages.erase(call.messages.begin() +
                          static_cast<std::ptrdiff_t>(at));
    } else if (call.messages.size() < kMaxScriptedMessages) {
      auto copy = NewRequest(*call.method);
      copy->CopyFrom(*call.messages[at]);
      call.messages.push_back(std::move(copy));
    }
    return;
  }
  FieldMutator(random, mutate_bytes, *call.messages[at]).MutateAny();
}

}  // namespace

void MutateCallScript(std::mt19937_64& random, MutateBytes mutate_bytes,
                      CallScript& script) {
  static const auto methods = ScriptableMethods();
  const std::size_t at = Pick(random, script.size());
  const auto& method = *methods[Pick(random, methods.size())];
  switch (Pick(random, 16)) {
    case 0:
      script[at] = EmptyCall(method);
      return;
    case 1:
      if (script.size() < kMaxScriptedCalls) {
        script.push_back(EmptyCall(method));
      }
      return;
    case 2:
      if (script.size() > 1) {
        script.erase(script.begin() + static_cast<std::ptrdiff_t>(at));
      }
      return;
    default:
      MutateMessages(random, mutate_bytes, script[at]);
  }
}

CallScript CrossCallScripts(std::mt19937_64& random, CallScript first,
                            CallScript second) {
  first.resize(1 + Pick(random, first.size()));
  for (std::size_t at = Pick(random, second.size() + 1); at < second.size();
       ++at) {
    if (first.size() == kMaxScriptedCalls) break;
    first.push_back(std::move(second[at]));
  }
  return first;
}

}  // namespace carousel
