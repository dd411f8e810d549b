// A client-streamed upload: a header, pieces of files, an end. Pieces go to the
// disk on an executor, one read at a time.
#ifndef CAROUSEL_SERVER_UPLOAD_CALL_H_
#define CAROUSEL_SERVER_UPLOAD_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <stop_token>
#include <utility>

#include "absl/status/status.h"
#include "core/base/status_macros.h"
#include "server/call_end.h"
#include "server/unary_call.h"
#include "server/upload_environment.h"

namespace carousel {

// `Upload` is what the messages become, as server/upload_parts.h has it:
// Upload::Request, Upload::Begin(header, environment), Take(request) of a
// message that is neither header nor end, and Finish(end). Deletes itself once
// gRPC is done with it.
template <typename Upload>
class UploadCall final
    : public grpc::ServerReadReactor<typename Upload::Request> {
 public:
  using Request = typename Upload::Request;
  // Imports what came, all of it, and fills in the response.
  using Import =
      std::function<absl::Status(const Upload&, const std::stop_token& stop)>;

  // A call that is not `admitted` ends with that status.
  UploadCall(const absl::Status& admitted, grpc::CallbackServerContext& context,
             UploadEnvironment environment, Import import)
      : environment_(environment),
        import_(std::move(import)),
        context_(context),
        end_(context) {
    if (admitted.ok()) {
      this->StartRead(&request_);
    } else {
      this->Finish(end_.Conclude(admitted));
    }
  }

 private:
  void OnReadDone(bool ok) override {
    environment_.pieces.Run([this, ok] {
      if (!ok) {
        return End(absl::InvalidArgumentError(
            "the upload broke off before its end message"));
      }
      if (request_.part_case() == Request::kEnd) return BeginImport();
      const absl::Status status = TakePart();
      if (!status.ok()) return End(status);
      this->StartRead(&request_);
    });
  }

  absl::Status TakePart() {
    if (request_.part_case() == Request::kHeader) return TakeHeader();
    RETURN_IF_ERROR(CheckBegun());
    if (request_.part_case() == Request::PART_NOT_SET) {
      return absl::InvalidArgumentError("a message of the upload is empty");
    }
    return upload_->Take(request_);
  }

  absl::Status TakeHeader() {
    if (upload_ != nullptr) {
      return absl::InvalidArgumentError("the upload has a second header");
    }
    ASSIGN_OR_RETURN(upload_, Upload::Begin(request_.header(), environment_));
    return absl::OkStatus();
  }

  absl::Status CheckBegun() const {
    if (upload_ != nullptr) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "the first message of an upload must be its header");
  }

  void BeginImport() {
    end_.timing().Lap("receive");
    environment_.imports.Run([this] {
      end_.timing().Lap("queue");
      const absl::Status status = FinishAndImport();
      end_.timing().Lap("import");
      End(status);
    });
  }

  absl::Status FinishAndImport() {
    RETURN_IF_ERROR(CheckBegun());
    RETURN_IF_ERROR(upload_->Finish(request_.end()));
    return RunGuarded([this] { return import_(*upload_, stop_.get_token()); });
  }

  // The temporary files go before the caller hears of the end.
  void End(absl::Status status) {
    upload_.reset();
    // A caller who leaves ends the reading first, and OnCancel comes behind it.
    if (!status.ok() && (stop_.stop_requested() || context_.IsCancelled())) {
      status = absl::CancelledError("the caller left");
    }
    this->Finish(end_.Conclude(status));
  }

  void OnCancel() override { stop_.request_stop(); }
  void OnDone() override { delete this; }

  const UploadEnvironment environment_;
  const Import import_;
  const grpc::CallbackServerContext& context_;
  CallEnd end_;
  std::stop_source stop_;
  Request request_;
  std::unique_ptr<Upload> upload_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_UPLOAD_CALL_H_
