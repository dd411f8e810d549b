// A client-streamed upload: a header, pieces of a file, an end with the
// checksum. Pieces go to the disk on an executor, one read at a time.
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
#include "server/dataset_translation.h"
#include "server/unary_call.h"
#include "server/upload_environment.h"
#include "server/upload_file.h"

namespace carousel {

// `Header` is the checked form of the request's header. Deletes
// itself once gRPC is done with it.
template <typename Request, typename Header>
class UploadCall final : public grpc::ServerReadReactor<Request> {
 public:
  // Imports the finished file and fills in the response.
  using Import =
      std::function<absl::Status(const Header& header, const UploadFile& file,
                                 const std::stop_token& stop)>;

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
    if (file_ == nullptr) {
      return absl::InvalidArgumentError(
          "the first message of an upload must be its header");
    }
    if (request_.part_case() == Request::kData) {
      return file_->Append(request_.data());
    }
    if constexpr (requires { Request::kVocabularyData; }) {
      if (request_.part_case() == Request::kVocabularyData) {
        return file_->AppendVocabulary(request_.vocabulary_data());
      }
    }
    return absl::InvalidArgumentError("a message of the upload is empty");
  }

  absl::Status TakeHeader() {
    if (file_ != nullptr) {
      return absl::InvalidArgumentError("the upload has a second header");
    }
    ASSIGN_OR_RETURN(header_, FromProto(request_.header()));
    ASSIGN_OR_RETURN(
        file_, UploadFile::Create(environment_.folder, environment_.max_bytes));
    return absl::OkStatus();
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
    if (file_ == nullptr) {
      return absl::InvalidArgumentError(
          "the first message of an upload must be its header");
    }
    RETURN_IF_ERROR(file_->Finish(request_.end().sha256(),
                                  request_.end().vocabulary_sha256()));
    return RunGuarded(
        [this] { return import_(header_, *file_, stop_.get_token()); });
  }

  // The temporary file goes before the caller hears of the end.
  void End(absl::Status status) {
    file_.reset();
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
  Header header_;
  std::unique_ptr<UploadFile> file_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_UPLOAD_CALL_H_
