// Everything a training run can be told, with its range. Knows no torch.
#ifndef CAROUSEL_CORE_TRAIN_HYPERPARAMETERS_H_
#define CAROUSEL_CORE_TRAIN_HYPERPARAMETERS_H_

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/setting_table.h"
#include "core/engine/precision.h"
#include "core/nn/model_config.h"

namespace carousel {

enum class OptimizerKind { kAdam, kAdamW, kSgd };
enum class ScheduleKind { kConstant, kLinear, kCosine };
enum class PaddingKind {
  kFixed,    // every batch padded to max_tokens, shuffled: the textbook way
  kDynamic,  // to the longest of the batch, batches of similar length
};

// The member names are the keys of --set; settings.cc has the table of ranges
// and what each means. A member that a later version adds must default to what
// training did before it, or an older record would read back as another run.
struct HyperParameters {
  std::int64_t epochs = 50;  // [1, 10000]
  std::uint64_t seed = 1;
  std::int64_t max_examples = 0;  // 0: all

  std::int64_t batch_size = 64;
  double learning_rate = 1e-3;
  OptimizerKind optimizer = OptimizerKind::kAdam;
  double weight_decay = 0;
  double gradient_clip = 0;  // the largest norm of all gradients; 0: none
  ScheduleKind schedule = ScheduleKind::kConstant;
  double warmup_fraction = 0;

  std::int64_t hidden_size = 128;
  std::int64_t layers = 1;
  bool bidirectional = false;
  Pooling pooling = Pooling::kLast;
  double forget_bias = 1;

  double dropout = 0;
  double embedding_dropout = 0;
  double word_dropout = 0;
  double weight_drop = 0;

  std::int64_t max_tokens = 400;
  Truncation truncate = Truncation::kHead;
  PaddingKind padding = PaddingKind::kFixed;
  bool trainable_embedding = true;
  double embedding_learning_rate = 0;  // 0: learning_rate
  std::int64_t min_count = 1;
  std::int64_t vocabulary_size = 100000;
  std::int64_t early_stopping_epochs = 0;  // 0: never
  Precision precision = Precision::kF32;   // bf16: Engine::kFused alone
  TextOptions text;

  bool operator==(const HyperParameters&) const = default;
};

// "classic" (the textbook), "strong" (the best recipe so far) or "streaming"
// (its like for running text). INVALID_ARGUMENT listing the presets there are.
absl::StatusOr<HyperParameters> Preset(std::string_view name);
std::vector<std::string> PresetNames();

// Applies `settings` (key to value, as text) over `base`. INVALID_ARGUMENT with
// one FieldViolation for each unknown key, unreadable value and value out of
// range, all at once, in the words "learning_rate is 12; it must be in (0, 1]";
// or one for more settings than there can be.
absl::StatusOr<HyperParameters> ApplySettings(
    HyperParameters base, const std::map<std::string, std::string>& settings);

// Checks every range, also of epochs and max_examples.
absl::Status Validate(const HyperParameters& parameters);

// One line of help for each key of --set.
std::vector<SettingHelp> DescribeSettings();

// As in provenance.json and in a job's record; reads back to the same. A key
// that is missing keeps its default; INVALID_ARGUMENT as ApplySettings.
nlohmann::json ToJson(const HyperParameters& parameters);
absl::StatusOr<HyperParameters> HyperParametersFromJson(
    const nlohmann::json& json);

std::string_view ToString(OptimizerKind optimizer);
std::string_view ToString(ScheduleKind schedule);
std::string_view ToString(PaddingKind padding);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_HYPERPARAMETERS_H_
