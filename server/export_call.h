// An ExportModel stream: a version's files, piece by piece.
#ifndef CAROUSEL_SERVER_EXPORT_CALL_H_
#define CAROUSEL_SERVER_EXPORT_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "carousel/v1/models.pb.h"
#include "core/base/executor.h"
#include "core/base/file_descriptor.h"
#include "server/call_end.h"
#include "server/model_export.h"

namespace carousel {

// What is exported.
struct ModelExport {
  v1::ModelVersion version;
  ExportFiles content;
};

// All files are opened before the first is sent: a version that is deleted
// meanwhile arrives whole. Deletes itself once gRPC is done with it.
class ExportCall final
    : public grpc::ServerWriteReactor<v1::ExportModelResponse> {
 public:
  static constexpr std::size_t kPieceBytes = 1 << 20;

  // Finds and verifies the files; CANCELLED once `stop` is requested.
  using Prepare =
      std::function<absl::StatusOr<ModelExport>(const std::stop_token& stop)>;

  // `prepare` is run, as the reading is, on `executor` (not owned). A call that
  // is not `admitted` ends with that.
  ExportCall(const absl::Status& admitted, grpc::CallbackServerContext& context,
             Executor& executor, Prepare prepare);

 private:
  void Begin();
  void WriteNext();
  void End(const absl::Status& status);
  // Fills in the next piece; false when everything is written.
  absl::StatusOr<bool> ReadPiece();
  absl::StatusOr<std::string> ReadBytes();
  absl::Status OpenFiles();

  void OnWriteDone(bool ok) override;
  void OnCancel() override { stop_.request_stop(); }
  void OnDone() override { delete this; }

  Executor& executor_;
  const Prepare prepare_;
  CallEnd end_;
  std::stop_source stop_;
  // Below: touched by one task or reaction at a time.
  ModelExport export_;
  std::vector<FileDescriptor> open_files_;  // as in export_
  std::size_t next_file_ = 0;               // being read, if it has begun
  bool file_has_begun_ = false;
  std::string ahead_;  // read, to know whether the piece before was the last
  v1::ExportModelResponse piece_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_EXPORT_CALL_H_
