#include "tests/fuzz/call_script.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_split.h"
#include "carousel/v1/datasets.pb.h"
#include "carousel/v1/models.pb.h"
#include "core/base/sha256.h"

namespace carousel {
namespace {

namespace pb = google::protobuf;

constexpr char kBetweenCalls[] = "\n===\n";
constexpr char kBetweenMessages[] = "\n---\n";

const pb::MethodDescriptor* FindMethod(std::string_view name) {
  std::string full(name);
  std::ranges::replace(full, '/', '.');
  return pb::DescriptorPool::generated_pool()->FindMethodByName(full);
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

std::unique_ptr<pb::Message> NewRequest(const pb::MethodDescriptor& method) {
  return std::unique_ptr<pb::Message>(pb::MessageFactory::generated_factory()
                                          ->GetPrototype(method.input_type())
                                          ->New());
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

}  // namespace carousel
