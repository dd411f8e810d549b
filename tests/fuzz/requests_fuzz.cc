// Any requests to any method of a real server: it answers each with a status
// that says what is wrong, never with one that says that the server is at
// fault, and goes on answering.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "tests/fuzz/call_script.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/support/server_fixture.h"

namespace carousel {
namespace {

// A model "film", a dataset "reviews", vectors "words", and workers that end
// at once: what training does is no matter of requests.
class FuzzedServer final : public ServerFixture {
 public:
  FuzzedServer() {
    options_.worker_binary = "/bin/false";
    options_.max_upload_bytes = 1 << 16;
    options_.max_queued_jobs = 16;
    PublishTinyModel("film");
    StartServer(silence_);
    UploadSamples();
    FUZZ_CHECK(server_ != nullptr);
  }
  ~FuzzedServer() override { StopServer(); }

  // The code that a call ends with; nothing when the requests are none that a
  // client could send.
  std::optional<grpc::StatusCode> Call(const ScriptedCall& call);

 private:
  void TestBody() override {}

  EventLog silence_{LogFormat::kText, LogLevel::off, log_sink_};
};

// Nothing when the message cannot cross the wire: text that is not UTF-8.
std::optional<grpc::ByteBuffer> ToBuffer(
    const google::protobuf::Message& message) {
  std::string bytes;
  const std::unique_ptr<google::protobuf::Message> copy(message.New());
  if (!message.SerializeToString(&bytes) || !copy->ParseFromString(bytes)) {
    return std::nullopt;
  }
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

// Waits for the one thing that is under way.
bool Wait(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

std::optional<grpc::StatusCode> FuzzedServer::Call(const ScriptedCall& call) {
  std::vector<grpc::ByteBuffer> requests;
  for (const auto& message : call.messages) {
    auto buffer = ToBuffer(*message);
    if (!buffer.has_value()) return std::nullopt;
    requests.push_back(*std::move(buffer));
  }
  grpc::ClientContext context;
  // A watch may last for ever; nothing else may.
  const bool watches = call.method->name() == "WatchTrainingJob";
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::milliseconds(watches ? 20 : 20'000));
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(channel_);
  const auto stream = stub.PrepareCall(&context, "/" + call.name(), &queue);
  stream->StartCall(nullptr);
  bool open = Wait(queue);
  for (std::size_t i = 0; open && i < requests.size(); ++i) {
    stream->Write(requests[i], nullptr);
    open = Wait(queue);
  }
  if (open) {
    stream->WritesDone(nullptr);
    Wait(queue);
  }
  grpc::ByteBuffer response;
  do {
    stream->Read(&response, nullptr);
  } while (Wait(queue));
  grpc::Status status;
  stream->Finish(&status, nullptr);
  Wait(queue);
  if (watches && status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    return grpc::StatusCode::OK;
  }
  if (status.error_code() == grpc::StatusCode::INTERNAL ||
      status.error_code() == grpc::StatusCode::UNKNOWN) {
    std::fprintf(stderr, "%s: %s\n", call.name().c_str(),
                 status.error_message().c_str());
  }
  return status.error_code();
}

// A new one now and then, so that a finding does not hang on hours of history.
FuzzedServer& Server() {
  constexpr int kScriptsOfAServer = 2000;
  static std::unique_ptr<FuzzedServer> server;
  static int scripts = 0;
  if (server == nullptr || ++scripts == kScriptsOfAServer) {
    server.reset();
    server = std::make_unique<FuzzedServer>();
    scripts = 0;
  }
  return *server;
}

void TestOneScript(std::string_view text) {
  const auto script = ParseCallScript(text);
  if (!script.has_value()) return;
  FuzzedServer& server = Server();
  for (const ScriptedCall& call : *script) {
    const auto code = server.Call(call);
    FUZZ_CHECK(code != grpc::StatusCode::INTERNAL);
    FUZZ_CHECK(code != grpc::StatusCode::UNKNOWN);
    FUZZ_CHECK(code != grpc::StatusCode::DEADLINE_EXCEEDED);
    FUZZ_CHECK(code != grpc::StatusCode::UNAVAILABLE);
    FUZZ_CHECK(code != grpc::StatusCode::UNIMPLEMENTED);
  }
}

}  // namespace
}  // namespace carousel

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  carousel::TestOneScript(carousel::FuzzText(data, size));
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data,
                                               std::size_t size,
                                               std::size_t max_size,
                                               unsigned int seed) {
  std::mt19937_64 random(seed);
  auto script = carousel::ParseCallScript(carousel::FuzzText(data, size));
  if (!script.has_value()) {
    script =
        carousel::ParseCallScript("carousel.v1.ServerService/GetServerInfo\n");
  }
  carousel::MutateCallScript(random, *script);
  const std::string text = carousel::PrintCallScript(*script);
  if (text.size() > max_size) return size;
  std::memcpy(data, text.data(), text.size());
  return text.size();
}
