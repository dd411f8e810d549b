// The parts of `carousel predict` that its files share.
#ifndef CAROUSEL_CLIENT_CLI_PREDICT_H_
#define CAROUSEL_CLIENT_CLI_PREDICT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "carousel/v1/sentiment.pb.h"
#include "client/batch_predictor.h"
#include "client/cli/exit_code.h"
#include "client/cli/session.h"
#include "nlohmann/json.hpp"

namespace carousel::client {

struct PredictArguments {
  std::string model;
  std::vector<std::string> texts;
  std::string csv;
  std::string text_column = "review";
  std::string id_column = "id";
  std::string out;
  std::string on_error;
};

// Adds up what became of the texts, one after another.
class PredictionLog {
 public:
  explicit PredictionLog(bool keep_json) : keep_json_(keep_json) {}

  void Add(const v1::PredictResponse& response, int index);

  std::int64_t texts() const { return texts_; }
  std::int64_t errors() const { return errors_; }
  // The first error, as "the first is number 3: it has no token".
  const std::string& first_error() const { return first_error_; }
  // {model, version, results}; of the results only with keep_json.
  nlohmann::ordered_json TakeJson();
  // For a run without texts.
  void SetModel(const std::string& model, std::int64_t version);

 private:
  const bool keep_json_;
  std::string model_;
  std::int64_t version_ = 0;
  std::int64_t texts_ = 0;
  std::int64_t errors_ = 0;
  std::string first_error_;
  nlohmann::ordered_json results_ = nlohmann::ordered_json::array();
};

// Options for PredictAll.
BatchOptions ToBatchOptions(const PredictArguments& arguments,
                            const Session& session);

// Answers every row of a CSV file in another one, a submission.
absl::StatusOr<ExitCode> PredictCsv(const PredictArguments& arguments,
                                    Session& session);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_PREDICT_H_
