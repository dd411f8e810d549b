// An ImportModel stream: a header, the files of a model folder, an end.
#ifndef CAROUSEL_SERVER_MODEL_IMPORT_CALL_H_
#define CAROUSEL_SERVER_MODEL_IMPORT_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "carousel/v1/models.pb.h"
#include "server/call_end.h"
#include "server/model_upload.h"
#include "server/upload_environment.h"

namespace carousel {

// Deletes itself once gRPC is done with it.
class ModelImportCall final
    : public grpc::ServerReadReactor<v1::ImportModelRequest> {
 public:
  // Publishes the folder and fills in the response.
  using Import = std::function<absl::Status(const std::string& model,
                                            const std::filesystem::path& folder,
                                            const std::stop_token& stop)>;

  // A call that is not `admitted` ends with that status.
  ModelImportCall(const absl::Status& admitted,
                  grpc::CallbackServerContext& context,
                  const UploadEnvironment& environment, Import import);

 private:
  void OnReadDone(bool ok) override;
  absl::Status TakePart();
  absl::Status TakeHeader();
  void BeginImport();
  absl::Status FinishAndImport();
  void End(absl::Status status);

  void OnCancel() override { stop_.request_stop(); }
  void OnDone() override { delete this; }

  const UploadEnvironment environment_;
  const Import import_;
  const grpc::CallbackServerContext& context_;
  CallEnd end_;
  std::stop_source stop_;
  v1::ImportModelRequest request_;
  std::string model_;
  std::unique_ptr<ModelUpload> upload_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_MODEL_IMPORT_CALL_H_
