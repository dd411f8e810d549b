#include "core/serve/predict_call.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace carousel {
namespace {

constexpr std::size_t kChunkTexts = 64;
constexpr std::size_t kChunkBytes = 128 << 10;

}  // namespace

std::vector<TextChunk> SplitIntoChunks(const std::vector<std::string>& texts) {
  std::vector<TextChunk> chunks;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (chunks.empty() || i - chunks.back().begin == kChunkTexts ||
        bytes + texts[i].size() > kChunkBytes) {
      chunks.push_back({i, i});
      bytes = 0;
    }
    chunks.back().end = i + 1;
    bytes += texts[i].size();
  }
  return chunks;
}

std::size_t TotalBytes(const std::vector<std::string>& texts) {
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size();
  return bytes;
}

void PredictCall::StartEncoding(std::shared_ptr<const LiveModel> the_model,
                                SteadyTime now) {
  model = std::move(the_model);
  encode_started = now;
  encoded.resize(count);
  answers.resize(count);
  chunks = SplitIntoChunks(request.texts);
  chunks_left = chunks.size();
}

absl::Status PredictCall::CheckWanted(const Clock& clock) const {
  if (clock.SteadyNow() >= request.deadline) {
    return absl::DeadlineExceededError(absl::StrCat(
        "the deadline passed before all ", count, " texts were answered"));
  }
  if (request.cancelled != nullptr && request.cancelled()) {
    return absl::CancelledError("the caller went away");
  }
  return absl::OkStatus();
}

PredictReply PredictCall::TakeReply(SteadyTime now) {
  const ModelConfig& config = model->config();
  PredictReply reply{
      .model = model->name(),
      .version = model->version(),
      .label_names = {config.label_names.begin(), config.label_names.end()},
      .majority_label = config.majority_label};
  const SteadyTime batched = first_batch.ValueOr(now);
  reply.times = {.model = encode_started - began,
                 .tokenize = encode_ended - encode_started,
                 .queue = batched - encode_ended,
                 .forward = now - batched};
  reply.results.reserve(count);
  for (absl::StatusOr<double>& answer : answers) {
    if (!answer.ok()) {
      reply.results.emplace_back(std::move(answer).status());
      continue;
    }
    const int label = *answer >= 0.5 ? 1 : 0;
    reply.results.emplace_back(TextPrediction{
        .label = config.label_names[label], .probability = *answer});
  }
  return reply;
}

}  // namespace carousel
