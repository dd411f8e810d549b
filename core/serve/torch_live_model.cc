#include "core/serve/torch_live_model.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <mutex>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/data/batcher.h"
#include "core/engine/growing_text.h"
#include "core/engine/network_weights.h"
#include "core/engine/reading_loop.h"
#include "core/engine/torch_threads.h"
#include "core/nn/can_stream.h"
#include "core/nn/model_folder.h"
#include "core/nn/sentiment_lstm.h"
#include "core/nn/streaming_lstm.h"
#include "core/nn/torch_status.h"

namespace carousel {
namespace {

// Long enough for every kernel to be chosen and the memory of a usual batch to
// be there, short enough not to keep a new version waiting.
constexpr std::int64_t kWarmUpTokens = 256;

// One text under way through a StreamingLstm, which is not owned.
class SentimentTextReader final : public TextReader {
 public:
  // Throws as LibTorch does.
  explicit SentimentTextReader(const StreamingLstm& network)
      : network_(network), state_(network.Begin()) {}

  absl::Status Read(std::span<const TokenId> tokens) override {
    try {
      const c10::InferenceMode inference;
      network_.Advance(tokens, state_);
      return absl::OkStatus();
    } catch (...) {
      return TorchExceptionToStatus();
    }
  }

  absl::StatusOr<double> Answer() const override {
    try {
      const c10::InferenceMode inference;
      return ToProbabilities(network_.Logit(state_)).front();
    } catch (...) {
      return TorchExceptionToStatus();
    }
  }

 private:
  const StreamingLstm& network_;
  StreamState state_;
};

// The same by the engine, whose GrowingText throws nothing.
class EngineTextReader final : public TextReader {
 public:
  explicit EngineTextReader(const PackedNetwork& network) : text_(network) {}

  absl::Status Read(std::span<const TokenId> tokens) override {
    text_.Read(tokens);
    return absl::OkStatus();
  }

  absl::StatusOr<double> Answer() const override {
    return ToProbability(text_.Logit());
  }

 private:
  GrowingText text_;
};

class SentimentLiveModel final : public TorchLiveModel {
 public:
  SentimentLiveModel(std::string name, std::int64_t version, LoadedModel loaded,
                     const LiveModelOptions& options)
      : name_(std::move(name)),
        version_(version),
        config_(std::move(loaded.config)),
        encoder_(config_.text, std::move(loaded.vocabulary),
                 static_cast<std::size_t>(config_.max_tokens),
                 config_.truncation),
        network_(std::move(loaded.model)) {
    for (const NamedParameter& parameter : network_->parameters()) {
      bytes_ += static_cast<std::int64_t>(parameter.tensor.nbytes());
    }
    if (options.engine == Engine::kFused && CanPack(*network_)) {
      packed_.emplace(
          PackModel(*network_, {.max_folded_bytes = options.folded_bytes,
                                .precision = options.precision}));
      bytes_ += packed_->bytes;
    }
  }

  const std::string& name() const override { return name_; }
  std::int64_t version() const override { return version_; }
  const ModelConfig& config() const override { return config_; }
  const TextEncoder& encoder() const override { return encoder_; }
  std::int64_t bytes() const override { return bytes_; }
  const SentimentLstm& network() const override { return *network_; }

  absl::StatusOr<std::vector<double>> Predict(
      std::span<const EncodedText> texts) const override;
  bool reads_rows() const override { return packed_.has_value(); }
  absl::Status ReadRows(std::int64_t slots, RowSource& source,
                        StepCrew* crew) const override;
  absl::StatusOr<std::unique_ptr<TextReader>> BeginText() const override;
  WordVectors EmbeddingVectors() const override;

 private:
  const std::string name_;
  const std::int64_t version_;
  const ModelConfig config_;
  const TextEncoder encoder_;
  const std::unique_ptr<const SentimentLstm> network_;
  std::optional<const PackedNetwork> packed_;  // of engine=fused
  std::int64_t bytes_ = 0;
  // Made for the first text that comes in pieces; few models see one.
  mutable std::once_flag streaming_once_;
  mutable std::optional<const StreamingLstm> streaming_;
};

absl::StatusOr<std::vector<double>> SentimentLiveModel::Predict(
    std::span<const EncodedText> texts) const {
  if (texts.empty()) return std::vector<double>();
  std::vector<std::size_t> rows(texts.size());
  std::iota(rows.begin(), rows.end(), 0);
  try {
    // No graph is kept, so each step's memory is free again at once.
    const c10::InferenceMode inference;
    if (packed_.has_value()) {
      std::vector<double> answers =
          ReadTexts(*packed_, texts, TorchThreads(), OnTorchThreads);
      for (double& answer : answers) answer = ToProbability(answer);
      return answers;
    }
    const Batch batch = MakeBatch(texts, /*labels=*/{}, rows);
    return ToProbabilities(
        network_->Forward(ToTensors(batch, network_->device())));
  } catch (...) {
    return TorchExceptionToStatus();
  }
}

absl::Status SentimentLiveModel::ReadRows(std::int64_t slots, RowSource& source,
                                          StepCrew* crew) const {
  try {
    carousel::ReadRows(*packed_, std::min(slots, kMaxSlots), source, crew);
    return absl::OkStatus();
  } catch (...) {
    return TorchExceptionToStatus();
  }
}

absl::StatusOr<std::unique_ptr<TextReader>> SentimentLiveModel::BeginText()
    const {
  RETURN_IF_ERROR(CheckCanStream(config_));
  if (packed_.has_value()) return std::make_unique<EngineTextReader>(*packed_);
  try {
    const c10::InferenceMode inference;
    std::call_once(streaming_once_, [this] { streaming_.emplace(*network_); });
    return std::make_unique<SentimentTextReader>(*streaming_);
  } catch (...) {
    return TorchExceptionToStatus();
  }
}

WordVectors SentimentLiveModel::EmbeddingVectors() const {
  const at::Tensor embedding =
      network_->embedding().detach().to(at::kCPU, at::kFloat).contiguous();
  const auto dimension = static_cast<std::size_t>(embedding.size(1));
  const float* values = embedding.const_data_ptr<float>();
  const Vocabulary& vocabulary = encoder_.vocabulary();
  WordVectors vectors(dimension);
  for (std::size_t row = kUnknownId + 1; row < vocabulary.size(); ++row) {
    vectors.Add(vocabulary.word(static_cast<TokenId>(row)),
                {values + row * dimension, dimension});
  }
  return vectors;
}

// A text of `length` tokens: the unknown word, then the vocabulary's words in
// its order, from the start again when they run out.
EncodedText WarmUpText(std::int64_t length, std::int64_t vocabulary_size) {
  EncodedText text{.token_count = length};
  const std::int64_t words = vocabulary_size - kUnknownId;
  for (std::int64_t i = 0; i < length; ++i) {
    text.tokens.push_back(static_cast<TokenId>(kUnknownId + i % words));
  }
  return text;
}

absl::Status WarmUp(const LiveModel& model) {
  const ModelConfig& config = model.config();
  const std::int64_t longest = std::min(config.max_tokens, kWarmUpTokens);
  const std::vector<EncodedText> texts = {
      WarmUpText(longest, config.vocabulary_size),
      WarmUpText((longest + 1) / 2, config.vocabulary_size),
      WarmUpText(1, config.vocabulary_size)};
  ASSIGN_OR_RETURN(const std::vector<double> answers, model.Predict(texts));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    // False for NaN as well.
    if (answers[i] >= 0 && answers[i] <= 1) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "warm-up: the model answered ", answers[i], " to a text of ",
        texts[i].tokens.size(), " tokens; a probability must be in [0, 1]"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const TorchLiveModel>> LoadLiveModel(
    const std::string& name, std::int64_t version,
    const std::filesystem::path& folder, const LiveModelOptions& options) {
  ASSIGN_OR_RETURN(
      LoadedModel loaded,
      LoadModel(folder, GetKernel(options.engine, options.precision)));
  std::shared_ptr<const SentimentLiveModel> model;
  try {
    loaded.model->MoveTo(options.device);
    model = std::make_shared<SentimentLiveModel>(name, version,
                                                 std::move(loaded), options);
  } catch (...) {
    return WithContext(TorchExceptionToStatus(),
                       absl::StrCat(folder.string(), " on ", options.device));
  }
  RETURN_IF_ERROR(WithContext(WarmUp(*model), folder.string()));
  return std::shared_ptr<const TorchLiveModel>(std::move(model));
}

}  // namespace carousel
