#include "server/model_import_call.h"

#include <utility>

#include "core/base/names.h"
#include "core/base/status_macros.h"
#include "server/unary_call.h"

namespace carousel {

ModelImportCall::ModelImportCall(const absl::Status& admitted,
                                 grpc::CallbackServerContext& context,
                                 const UploadEnvironment& environment,
                                 Import import)
    : environment_(environment),
      import_(std::move(import)),
      context_(context),
      end_(context) {
  if (admitted.ok()) {
    StartRead(&request_);
  } else {
    Finish(end_.Conclude(admitted));
  }
}

void ModelImportCall::OnReadDone(bool ok) {
  environment_.pieces.Run([this, ok] {
    if (!ok) {
      return End(absl::InvalidArgumentError(
          "the upload broke off before its end message"));
    }
    if (request_.part_case() == v1::ImportModelRequest::kEnd) {
      return BeginImport();
    }
    const absl::Status status = TakePart();
    if (!status.ok()) return End(status);
    StartRead(&request_);
  });
}

absl::Status ModelImportCall::TakePart() {
  if (request_.part_case() == v1::ImportModelRequest::kHeader) {
    return TakeHeader();
  }
  if (upload_ == nullptr) {
    return absl::InvalidArgumentError(
        "the first message of an upload must be its header");
  }
  switch (request_.part_case()) {
    case v1::ImportModelRequest::kFile:
      return upload_->Begin(request_.file().name(), request_.file().sha256());
    case v1::ImportModelRequest::kData:
      return upload_->Append(request_.data());
    default:
      return absl::InvalidArgumentError("a message of the upload is empty");
  }
}

absl::Status ModelImportCall::TakeHeader() {
  if (upload_ != nullptr) {
    return absl::InvalidArgumentError("the upload has a second header");
  }
  model_ = request_.header().model();
  RETURN_IF_ERROR(ValidateName("model", model_));
  ASSIGN_OR_RETURN(upload_, ModelUpload::Create(environment_.folder,
                                                environment_.max_bytes));
  return absl::OkStatus();
}

void ModelImportCall::BeginImport() {
  end_.timing().Lap("receive");
  environment_.imports.Run([this] {
    end_.timing().Lap("queue");
    const absl::Status status = FinishAndImport();
    end_.timing().Lap("import");
    End(status);
  });
}

absl::Status ModelImportCall::FinishAndImport() {
  if (upload_ == nullptr) {
    return absl::InvalidArgumentError(
        "the first message of an upload must be its header");
  }
  RETURN_IF_ERROR(upload_->Finish());
  return RunGuarded(
      [this] { return import_(model_, upload_->folder(), stop_.get_token()); });
}

void ModelImportCall::End(absl::Status status) {
  // The temporary folder goes before the caller hears of the end.
  upload_.reset();
  // A caller who leaves ends the reading first, and OnCancel comes behind it.
  if (!status.ok() && (stop_.stop_requested() || context_.IsCancelled())) {
    status = absl::CancelledError("the caller left");
  }
  Finish(end_.Conclude(status));
}

}  // namespace carousel
