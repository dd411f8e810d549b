// What --json prints: the fields that scripts rely on, in their order. Absent
// numbers are null, times are RFC 3339, durations are seconds.
#ifndef CAROUSEL_CLIENT_CLI_JSON_OUTPUT_H_
#define CAROUSEL_CLIENT_CLI_JSON_OUTPUT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "carousel/v1/analysis.pb.h"
#include "carousel/v1/datasets.pb.h"
#include "carousel/v1/models.pb.h"
#include "carousel/v1/sentiment.pb.h"
#include "carousel/v1/server.pb.h"
#include "carousel/v1/training.pb.h"
#include "nlohmann/json.hpp"

namespace carousel::client {

// "QUEUED", "RUNNING", ...
std::string StateName(v1::TrainingJob::State state);

nlohmann::ordered_json ToJson(const v1::TrainingJob& job);
nlohmann::ordered_json ToJson(const v1::Epoch& epoch);
nlohmann::ordered_json ToJson(const v1::Evaluation& evaluation);
// With what was before training where the server said.
nlohmann::ordered_json ToJson(const v1::EmbeddingProjection& projection);
// An answer says not what was asked for.
nlohmann::ordered_json ToJson(const v1::GetNeighboursRequest& request,
                              const v1::GetNeighboursResponse& response);
nlohmann::ordered_json ToJson(const v1::PredictStreamResponse& answer);
nlohmann::ordered_json ToJson(const v1::Dataset& dataset);
nlohmann::ordered_json ToJson(const v1::DescribeDatasetResponse& description);
nlohmann::ordered_json ToJson(const v1::Vectors& vectors);
nlohmann::ordered_json ToJson(const v1::ModelVersion& version);
nlohmann::ordered_json ToJson(const v1::GetModelResponse& model);
nlohmann::ordered_json ToJson(const v1::ServerInfo& server);
// `index` counts from 0 over all texts.
nlohmann::ordered_json ToJson(const v1::PredictResult& result,
                              std::int64_t index);

// {"name": [...]}.
template <typename Items>
nlohmann::ordered_json ListToJson(const std::string& name, const Items& items) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& item : items) list.push_back(ToJson(item));
  nlohmann::ordered_json json;
  json[name] = std::move(list);
  return json;
}

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_JSON_OUTPUT_H_
