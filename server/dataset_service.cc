#include "server/dataset_service.h"

#include <stop_token>
#include <utility>

#include "absl/status/status.h"
#include "core/base/status_macros.h"
#include "server/dataset_description.h"
#include "server/dataset_translation.h"
#include "server/field_checks.h"
#include "server/upload_call.h"
#include "server/upload_parts.h"

namespace carousel {

grpc::ServerReadReactor<v1::UploadDatasetRequest>*
DatasetService::UploadDataset(grpc::CallbackServerContext* context,
                              v1::UploadDatasetResponse* response) {
  absl::Status admitted = authorizer_.Authorize(*context, Role::kTrain);
  admitted.Update(gate_.Admit());
  return new UploadCall<DatasetParts>(
      admitted, *context, environment_,
      [=, this](const DatasetParts& parts,
                const std::stop_token& stop) -> absl::Status {
        const DatasetUpload& header = parts.header();
        ASSIGN_OR_RETURN(const ImportedDataset imported,
                         import_.AddDataset(header.name, header.options,
                                            parts.file(), stop));
        *response->mutable_dataset() = ToProto(imported.record);
        response->set_is_new(imported.is_new);
        return absl::OkStatus();
      });
}

grpc::ServerReadReactor<v1::UploadVectorsRequest>*
DatasetService::UploadVectors(grpc::CallbackServerContext* context,
                              v1::UploadVectorsResponse* response) {
  absl::Status admitted = authorizer_.Authorize(*context, Role::kTrain);
  admitted.Update(gate_.Admit());
  return new UploadCall<VectorsParts>(
      admitted, *context, environment_,
      [=, this](const VectorsParts& parts,
                const std::stop_token& stop) -> absl::Status {
        const VectorsUpload& header = parts.header();
        ASSIGN_OR_RETURN(
            const ImportedVectors imported,
            import_.AddVectors(header.name, header.format, parts.file(), stop));
        *response->mutable_vectors() = ToProto(imported.record);
        response->set_is_new(imported.is_new);
        response->set_duplicates(imported.duplicates);
        response->set_without_count(imported.without_count);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* DatasetService::ListDatasets(
    grpc::CallbackServerContext* context,
    const v1::ListDatasetsRequest* request,
    v1::ListDatasetsResponse* response) {
  return unary_.Run(
      authorizer_.Authorize(*context, Role::kPredict), *context,
      [=, this](const std::stop_token&) -> absl::Status {
        ASSIGN_OR_RETURN(
            const PageRequest page,
            ParsePage(request->page_size(), request->page_token()));
        ASSIGN_OR_RETURN(const auto datasets, assets_.ListDatasets(page));
        for (const DatasetRecord& record : datasets.records) {
          *response->add_datasets() = ToProto(record);
        }
        response->set_next_page_token(datasets.next_page_token);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* DatasetService::DescribeDataset(
    grpc::CallbackServerContext* context,
    const v1::DescribeDatasetRequest* request,
    v1::DescribeDatasetResponse* response) {
  return heavy_.Run(
      authorizer_.Authorize(*context, Role::kPredict), *context,
      [=, this](const std::stop_token& stop) -> absl::Status {
        ASSIGN_OR_RETURN(const DescribeRequest asked, FromProto(*request));
        ASSIGN_OR_RETURN(const DatasetDescription description,
                         carousel::DescribeDataset(assets_, asked, stop));
        *response = ToProto(description);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* DatasetService::DeleteDataset(
    grpc::CallbackServerContext* context,
    const v1::DeleteDatasetRequest* request,
    v1::DeleteDatasetResponse* response) {
  return unary_.Run(authorizer_.Authorize(*context, Role::kAdmin), *context,
                    [=, this](const std::stop_token&) -> absl::Status {
                      RETURN_IF_ERROR(ValidateName("name", request->name()));
                      return assets_.DeleteDataset(request->name());
                    });
}

grpc::ServerUnaryReactor* DatasetService::ListVectors(
    grpc::CallbackServerContext* context, const v1::ListVectorsRequest* request,
    v1::ListVectorsResponse* response) {
  return unary_.Run(
      authorizer_.Authorize(*context, Role::kPredict), *context,
      [=, this](const std::stop_token&) -> absl::Status {
        ASSIGN_OR_RETURN(
            const PageRequest page,
            ParsePage(request->page_size(), request->page_token()));
        ASSIGN_OR_RETURN(const auto vectors, assets_.ListVectors(page));
        for (const VectorsRecord& record : vectors.records) {
          *response->add_vectors() = ToProto(record);
        }
        response->set_next_page_token(vectors.next_page_token);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* DatasetService::DeleteVectors(
    grpc::CallbackServerContext* context,
    const v1::DeleteVectorsRequest* request,
    v1::DeleteVectorsResponse* response) {
  return unary_.Run(authorizer_.Authorize(*context, Role::kAdmin), *context,
                    [=, this](const std::stop_token&) -> absl::Status {
                      RETURN_IF_ERROR(ValidateName("name", request->name()));
                      return assets_.DeleteVectors(request->name());
                    });
}

}  // namespace carousel
