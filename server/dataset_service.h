// carousel.v1.DatasetService over core.
#ifndef CAROUSEL_SERVER_DATASET_SERVICE_H_
#define CAROUSEL_SERVER_DATASET_SERVICE_H_

#include "absl/status/statusor.h"
#include "carousel/v1/datasets.grpc.pb.h"
#include "core/store/asset_store.h"
#include "server/asset_import.h"
#include "server/authorizer.h"
#include "server/drain_gate.h"
#include "server/unary_call.h"
#include "server/upload_environment.h"

namespace carousel {

class DatasetService final : public v1::DatasetService::CallbackService {
 public:
  // Nothing is owned.
  DatasetService(const Authorizer& authorizer, AssetStore& assets,
                 const UploadEnvironment& environment, const DrainGate& gate)
      : authorizer_(authorizer),
        assets_(assets),
        environment_(environment),
        gate_(gate),
        import_(environment.folder, assets),
        unary_(environment.pieces, gate),
        heavy_(environment.imports, gate) {}

  grpc::ServerReadReactor<v1::UploadDatasetRequest>* UploadDataset(
      grpc::CallbackServerContext* context,
      v1::UploadDatasetResponse* response) override;
  grpc::ServerReadReactor<v1::UploadVectorsRequest>* UploadVectors(
      grpc::CallbackServerContext* context,
      v1::UploadVectorsResponse* response) override;
  grpc::ServerUnaryReactor* ListDatasets(
      grpc::CallbackServerContext* context,
      const v1::ListDatasetsRequest* request,
      v1::ListDatasetsResponse* response) override;
  grpc::ServerUnaryReactor* DescribeDataset(
      grpc::CallbackServerContext* context,
      const v1::DescribeDatasetRequest* request,
      v1::DescribeDatasetResponse* response) override;
  grpc::ServerUnaryReactor* DeleteDataset(
      grpc::CallbackServerContext* context,
      const v1::DeleteDatasetRequest* request,
      v1::DeleteDatasetResponse* response) override;
  grpc::ServerUnaryReactor* ListVectors(
      grpc::CallbackServerContext* context,
      const v1::ListVectorsRequest* request,
      v1::ListVectorsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteVectors(
      grpc::CallbackServerContext* context,
      const v1::DeleteVectorsRequest* request,
      v1::DeleteVectorsResponse* response) override;

 private:
  const Authorizer& authorizer_;
  AssetStore& assets_;
  const UploadEnvironment environment_;
  const DrainGate& gate_;
  const AssetImport import_;
  const UnaryRunner unary_;
  const UnaryRunner heavy_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_DATASET_SERVICE_H_
