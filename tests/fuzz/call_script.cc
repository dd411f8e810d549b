#include "tests/fuzz/call_script.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_split.h"
#include "carousel/v1/datasets.pb.h"
#include "carousel/v1/models.pb.h"
#include "core/base/random.h"
#include "core/base/sha256.h"

namespace carousel {
namespace {

namespace pb = google::protobuf;

constexpr char kBetweenCalls[] = "\n===\n";
constexpr char kBetweenMessages[] = "\n---\n";
// A text may be 1 MiB; what is longer than this finds nothing new, slowly.
constexpr std::size_t kMaxString = 4096;
constexpr int kMaxRepeated = 8;

const pb::MethodDescriptor* FindMethod(std::string_view name) {
  std::string full(name);
  std::ranges::replace(full, '/', '.');
  return pb::DescriptorPool::generated_pool()->FindMethodByName(full);
}

std::unique_ptr<pb::Message> NewRequest(const pb::MethodDescriptor& method) {
  return std::unique_ptr<pb::Message>(pb::MessageFactory::generated_factory()
                                          ->GetPrototype(method.input_type())
                                          ->New());
}

ScriptedCall EmptyCall(const pb::MethodDescriptor& method) {
  ScriptedCall call{.method = &method};
  call.messages.push_back(NewRequest(method));
  return call;
}

// Says nothing of what is wrong: most of what a fuzzer makes is.
class Silence final : public pb::io::ErrorCollector {
  void AddError(int, pb::io::ColumnNumber, const std::string&) override {}
};

std::optional<ScriptedCall> ParseCall(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('\n', 1));
  const auto* const method =
      FindMethod({parts.first.data(), parts.first.size()});
  if (method == nullptr) return std::nullopt;
  ScriptedCall call{.method = method};
  Silence silence;
  pb::TextFormat::Parser parser;
  parser.RecordErrorsTo(&silence);
  for (const absl::string_view part :
       absl::StrSplit(parts.second, kBetweenMessages)) {
    if (!call.messages.empty() && !method->client_streaming()) break;
    if (call.messages.size() == kMaxScriptedMessages) break;
    call.messages.push_back(NewRequest(*method));
    if (!parser.ParseFromString(std::string(part),
                                call.messages.back().get())) {
      return std::nullopt;
    }
  }
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

constexpr char kLastJob[] = "last";
constexpr char kRightHash[] = "right";

void FillInJob(const std::string& last_job, pb::Message& message) {
  const auto* const field = message.GetDescriptor()->FindFieldByName("job");
  if (field == nullptr) return;
  const pb::Reflection& reflection = *message.GetReflection();
  if (reflection.GetString(message, field) != kLastJob) return;
  reflection.SetString(&message, field, last_job);
}

// In the message that ends an upload, the hash of what came before it.
template <typename Request>
void FillInUpload(ScriptedCall& call) {
  std::string data, vocabulary_data;
  for (const auto& message : call.messages) {
    auto& request = static_cast<Request&>(*message);
    data += request.data();
    if constexpr (requires { request.vocabulary_data(); }) {
      vocabulary_data += request.vocabulary_data();
    }
    if (!request.has_end()) continue;
    v1::UploadEnd& end = *request.mutable_end();
    if (end.sha256() == kRightHash) end.set_sha256(ToHex(Sha256Of(data)));
    if (end.vocabulary_sha256() == kRightHash) {
      end.set_vocabulary_sha256(ToHex(Sha256Of(vocabulary_data)));
    }
  }
}

// In the message that begins a file, the hash of what comes up to the next.
void FillInFolder(ScriptedCall& call) {
  std::string data;
  for (auto i = call.messages.rbegin(); i != call.messages.rend(); ++i) {
    auto& request = static_cast<v1::ImportModelRequest&>(**i);
    data.insert(0, request.data());
    if (!request.has_file()) continue;
    v1::ImportFile& file = *request.mutable_file();
    if (file.sha256() == kRightHash) file.set_sha256(ToHex(Sha256Of(data)));
    data.clear();
  }
}

}  // namespace

std::string ScriptedCall::name() const {
  return method->service()->full_name() + "/" + method->name();
}

std::vector<const pb::MethodDescriptor*> ScriptableMethods() {
  std::vector<const pb::MethodDescriptor*> methods;
  for (const char* const file_name : {"admin", "analysis", "datasets", "models",
                                      "sentiment", "server", "training"}) {
    const auto* const file =
        pb::DescriptorPool::generated_pool()->FindFileByName(
            std::string("carousel/v1/") + file_name + ".proto");
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        methods.push_back(file->service(i)->method(j));
      }
    }
  }
  return methods;
}

std::optional<CallScript> ParseCallScript(std::string_view text) {
  CallScript script;
  for (const absl::string_view part : absl::StrSplit(
           absl::string_view(text.data(), text.size()), kBetweenCalls)) {
    if (script.size() == kMaxScriptedCalls) break;
    std::optional<ScriptedCall> call = ParseCall(part);
    if (!call.has_value()) return std::nullopt;
    script.push_back(*std::move(call));
  }
  return script;
}

std::string PrintCallScript(const CallScript& script) {
  std::string text;
  for (const ScriptedCall& call : script) {
    if (!text.empty()) text += kBetweenCalls;
    text += call.name() + "\n";
    for (std::size_t i = 0; i < call.messages.size(); ++i) {
      if (i > 0) text += kBetweenMessages;
      std::string printed;
      pb::TextFormat::PrintToString(*call.messages[i], &printed);
      if (printed.ends_with('\n')) printed.pop_back();
      text += printed;
    }
  }
  return text;
}

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

void FillIn(const std::string& last_job, ScriptedCall& call) {
  for (const auto& message : call.messages) FillInJob(last_job, *message);
  const pb::Descriptor* const input = call.method->input_type();
  if (input == v1::UploadDatasetRequest::descriptor()) {
    FillInUpload<v1::UploadDatasetRequest>(call);
  } else if (input == v1::UploadVectorsRequest::descriptor()) {
    FillInUpload<v1::UploadVectorsRequest>(call);
  } else if (input == v1::ImportModelRequest::descriptor()) {
    FillInFolder(call);
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
