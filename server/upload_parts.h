// How the messages of each kind of upload become files; see UploadCall.
#ifndef CAROUSEL_SERVER_UPLOAD_PARTS_H_
#define CAROUSEL_SERVER_UPLOAD_PARTS_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "carousel/v1/datasets.pb.h"
#include "carousel/v1/models.pb.h"
#include "core/base/status_macros.h"
#include "server/dataset_translation.h"
#include "server/model_upload.h"
#include "server/upload_environment.h"
#include "server/upload_file.h"

namespace carousel {

// A dataset or word vectors: one file and, with vectors, a vocabulary file
// before it. `HeaderOf` is the checked form of the request's header.
template <typename RequestOf, typename HeaderOf>
class FileParts {
 public:
  using Request = RequestOf;

  template <typename HeaderProto>
  static absl::StatusOr<std::unique_ptr<FileParts>> Begin(
      const HeaderProto& proto, const UploadEnvironment& environment) {
    ASSIGN_OR_RETURN(HeaderOf header, FromProto(proto));
    ASSIGN_OR_RETURN(
        std::unique_ptr<UploadFile> file,
        UploadFile::Create(environment.folder, environment.max_bytes));
    return std::unique_ptr<FileParts>(
        new FileParts(std::move(header), std::move(file)));
  }

  absl::Status Take(const Request& request) {
    if constexpr (requires { Request::kVocabularyData; }) {
      if (request.part_case() == Request::kVocabularyData) {
        return file_->AppendVocabulary(request.vocabulary_data());
      }
    }
    return file_->Append(request.data());
  }

  absl::Status Finish(const v1::UploadEnd& end) {
    return file_->Finish(end.sha256(), end.vocabulary_sha256());
  }

  const HeaderOf& header() const { return header_; }
  const UploadFile& file() const { return *file_; }

 private:
  FileParts(HeaderOf header, std::unique_ptr<UploadFile> file)
      : header_(std::move(header)), file_(std::move(file)) {}

  const HeaderOf header_;
  const std::unique_ptr<UploadFile> file_;
};

using DatasetParts = FileParts<v1::UploadDatasetRequest, DatasetUpload>;
using VectorsParts = FileParts<v1::UploadVectorsRequest, VectorsUpload>;

// The files of a model folder.
class ModelParts {
 public:
  using Request = v1::ImportModelRequest;

  static absl::StatusOr<std::unique_ptr<ModelParts>> Begin(
      const v1::ImportModelHeader& header,
      const UploadEnvironment& environment);
  absl::Status Take(const v1::ImportModelRequest& request);
  absl::Status Finish(const v1::ImportModelEnd&) { return upload_->Finish(); }

  const std::string& model() const { return model_; }
  const ModelUpload& upload() const { return *upload_; }

 private:
  ModelParts(std::string model, std::unique_ptr<ModelUpload> upload)
      : model_(std::move(model)), upload_(std::move(upload)) {}

  const std::string model_;
  const std::unique_ptr<ModelUpload> upload_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_UPLOAD_PARTS_H_
