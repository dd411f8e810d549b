#include <utility>

#include "client/call.h"
#include "client/client.h"
#include "core/base/status_macros.h"

namespace carousel::client {

absl::StatusOr<std::vector<v1::Dataset>> Client::ListDatasets(
    const CallOptions& options) const {
  v1::ListDatasetsRequest request;
  request.set_page_size(kPageSize);
  return FetchAll<v1::Dataset>(
      [&](const std::string& token) {
        request.set_page_token(token);
        return Call(*this, *datasets_,
                    &v1::DatasetService::StubInterface::ListDatasets, request,
                    options);
      },
      [](v1::ListDatasetsResponse& page) { return page.mutable_datasets(); });
}

absl::StatusOr<v1::DescribeDatasetResponse> Client::DescribeDataset(
    const v1::DescribeDatasetRequest& request,
    const CallOptions& options) const {
  return Call(*this, *datasets_,
              &v1::DatasetService::StubInterface::DescribeDataset, request,
              options);
}

absl::Status Client::DeleteDataset(const std::string& dataset,
                                   const CallOptions& options) const {
  v1::DeleteDatasetRequest request;
  request.set_name(dataset);
  return Call(*this, *datasets_,
              &v1::DatasetService::StubInterface::DeleteDataset, request,
              options)
      .status();
}

absl::StatusOr<std::vector<v1::Vectors>> Client::ListVectors(
    const CallOptions& options) const {
  v1::ListVectorsRequest request;
  request.set_page_size(kPageSize);
  return FetchAll<v1::Vectors>(
      [&](const std::string& token) {
        request.set_page_token(token);
        return Call(*this, *datasets_,
                    &v1::DatasetService::StubInterface::ListVectors, request,
                    options);
      },
      [](v1::ListVectorsResponse& page) { return page.mutable_vectors(); });
}

absl::Status Client::DeleteVectors(const std::string& vectors,
                                   const CallOptions& options) const {
  v1::DeleteVectorsRequest request;
  request.set_name(vectors);
  return Call(*this, *datasets_,
              &v1::DatasetService::StubInterface::DeleteVectors, request,
              options)
      .status();
}

}  // namespace carousel::client
