#include "tests/fuzz/fuzzed_server.h"

#include <google/protobuf/stubs/logging.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/store/data_folder.h"
#include "core/store/database.h"
#include "core/store/job_store.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/support/tiny_model.h"

namespace carousel {
namespace {

// Nothing when the message cannot cross the wire: text that is not UTF-8.
std::optional<grpc::ByteBuffer> ToBuffer(
    const google::protobuf::Message& message) {
  std::string bytes;
  const google::protobuf::LogSilencer silence;
  const std::unique_ptr<google::protobuf::Message> copy(message.New());
  if (!message.SerializeToString(&bytes) || !copy->ParseFromString(bytes)) {
    return std::nullopt;
  }
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToBytes(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  FUZZ_CHECK(buffer.Dump(&slices).ok());
  std::string bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

// Waits for the one thing that is under way.
bool Wait(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

// The job that a training call has made; "" for any other call.
template <typename Response>
std::string JobOf(const grpc::ByteBuffer& buffer) {
  Response response;
  FUZZ_CHECK(response.ParseFromString(ToBytes(buffer)));
  return response.job().job();
}

std::string JobMadeBy(const ScriptedCall& call,
                      const grpc::ByteBuffer& response) {
  if (call.method->name() == "Train") return JobOf<v1::TrainResponse>(response);
  if (call.method->name() == "TrainVectors") {
    return JobOf<v1::TrainVectorsResponse>(response);
  }
  return "";
}

}  // namespace

std::filesystem::path WriteUnstartable(const TempDir& folder) {
  const std::filesystem::path path = folder / "unstartable";
  FUZZ_CHECK(WriteFileAtomically(path, "").ok());
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path;
}

bool IsFault(std::optional<grpc::StatusCode> code) {
  return code == grpc::StatusCode::INTERNAL ||
         code == grpc::StatusCode::UNKNOWN ||
         code == grpc::StatusCode::DEADLINE_EXCEEDED ||
         code == grpc::StatusCode::UNAVAILABLE ||
         code == grpc::StatusCode::UNIMPLEMENTED;
}

FuzzedServerData::FuzzedServerData() {
  options_.worker_binary = WriteUnstartable(data_dir_);
  PublishTinyModel("film");
  const TempDir streamable;
  FUZZ_CHECK(WriteStreamableModel(streamable.path()).ok());
  PublishModel("stream", "reviews", streamable.path());
  StartServer(silence_);
  FUZZ_CHECK(server_ != nullptr);
  UploadSamples();
  const std::string job = Train(SampleTrainRequest());
  grpc::ClientContext context;
  v1::CancelTrainingJobRequest request;
  request.set_job(job);
  v1::CancelTrainingJobResponse response;
  FUZZ_CHECK(training_->CancelTrainingJob(&context, request, &response).ok());
  StopServer();

  const auto data = DataFolder::Open(folder());
  FUZZ_CHECK(data.ok());
  const auto database = CatalogueDatabase::Open((*data)->database());
  FUZZ_CHECK(database.ok());
  JobStore jobs(**database, Clock::Real());
  for (const std::int64_t epoch : {1, 2}) {
    FUZZ_CHECK(jobs.AddEpoch(job, {.epoch = epoch}).ok());
  }
  FUZZ_CHECK(!HasFailure());
}

FuzzedServer::FuzzedServer(const FuzzedServerData& data) {
  std::filesystem::copy(data.folder(), options_.data_dir,
                        std::filesystem::copy_options::recursive);
  options_.worker_binary = WriteUnstartable(data_dir_);
  options_.max_upload_bytes = 1 << 16;
  options_.max_queued_jobs = 16;
  StartServer(silence_);
  FUZZ_CHECK(server_ != nullptr && !HasFailure());
}

std::vector<std::optional<grpc::StatusCode>> FuzzedServer::Run(
    CallScript& script) {
  std::vector<std::optional<grpc::StatusCode>> codes;
  for (ScriptedCall& call : script) {
    FillIn(jobs_.empty() ? "job-000001" : jobs_.back(), call);
    codes.push_back(Call(call));
    const bool is_ok = codes.back() == grpc::StatusCode::OK;
    is_spent_ |= is_ok && call.method->name().starts_with("Delete");
  }
  RemoveJobs();
  return codes;
}

std::optional<grpc::StatusCode> FuzzedServer::Call(const ScriptedCall& call) {
  std::vector<grpc::ByteBuffer> requests;
  for (const auto& message : call.messages) {
    auto buffer = ToBuffer(*message);
    if (!buffer.has_value()) return std::nullopt;
    requests.push_back(*std::move(buffer));
  }
  grpc::ClientContext context;
  // A watch of a job that waits lasts for ever; nothing else may.
  const bool watches = call.method->name() == "WatchTrainingJob";
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::milliseconds(watches ? 10 : 20'000));
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
  grpc::ByteBuffer response, next;
  while (true) {
    stream->Read(&next, nullptr);
    if (!Wait(queue)) break;
    response = next;
  }
  grpc::Status status;
  stream->Finish(&status, nullptr);
  Wait(queue);
  if (watches && status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    return grpc::StatusCode::OK;
  }
  if (IsFault(status.error_code())) {
    std::fprintf(stderr, "%s: %d: %s\n", call.name().c_str(),
                 static_cast<int>(status.error_code()),
                 status.error_message().c_str());
  }
  if (status.ok()) {
    const std::string job = JobMadeBy(call, response);
    if (!job.empty()) jobs_.push_back(job);
  }
  return status.error_code();
}

// The next script finds the queue as empty as this one did.
void FuzzedServer::RemoveJobs() {
  for (const std::string& job : jobs_) {
    grpc::ClientContext cancel_context, delete_context;
    v1::CancelTrainingJobRequest cancel_request;
    cancel_request.set_job(job);
    v1::CancelTrainingJobResponse cancelled;
    // Refused for a job that the script has cancelled or deleted itself.
    training_->CancelTrainingJob(&cancel_context, cancel_request, &cancelled);
    // One that is just being started is over a moment later.
    grpc::Status ignored;
    Watch(job, &ignored);
    v1::DeleteTrainingJobRequest delete_request;
    delete_request.set_job(job);
    v1::DeleteTrainingJobResponse deleted;
    training_->DeleteTrainingJob(&delete_context, delete_request, &deleted);
  }
  jobs_.clear();
}

}  // namespace carousel
