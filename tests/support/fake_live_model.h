// A model without a network: its answer is a function of the tokens alone, so
// that an answer shows which text it belongs to.
#ifndef CAROUSEL_TESTS_SUPPORT_FAKE_LIVE_MODEL_H_
#define CAROUSEL_TESTS_SUPPORT_FAKE_LIVE_MODEL_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/serve/live_model.h"
#include "core/text/encoder.h"
#include "core/text/vocabulary.h"

namespace carousel {

// Thread-safe. Knows the words "w0" to "w999".
class FakeLiveModel final : public LiveModel {
 public:
  using Answer = std::function<absl::StatusOr<std::vector<double>>(
      std::span<const EncodedText>)>;

  // Before each step of a loop, with the texts under way; an error ends it.
  using Step = std::function<absl::Status(std::size_t under_way)>;

  // `answer`, when given, is asked instead; it must be thread-safe. While
  // `step` points to one that is not null, the model reads rows; it must
  // outlive this.
  explicit FakeLiveModel(std::string name = "fake", std::int64_t version = 1,
                         Answer answer = nullptr, const Step* step = nullptr)
      : name_(std::move(name)),
        version_(version),
        answer_(std::move(answer)),
        step_(step),
        encoder_(config_.text, MakeVocabulary(),
                 static_cast<std::size_t>(config_.max_tokens),
                 config_.truncation) {}

  const std::string& name() const override { return name_; }
  std::int64_t version() const override { return version_; }
  const ModelConfig& config() const override { return config_; }
  const TextEncoder& encoder() const override { return encoder_; }
  std::int64_t bytes() const override { return 1000 * version_; }

  absl::StatusOr<std::vector<double>> Predict(
      std::span<const EncodedText> texts) const override {
    return answer_ != nullptr ? answer_(texts) : AnswerByTokens(texts);
  }

  bool reads_rows() const override {
    return step_ != nullptr && *step_ != nullptr;
  }
  // A step ends the shortest text.
  absl::Status ReadRows(std::int64_t slots, RowSource& source,
                        StepCrew* /*crew*/) const override {
    std::vector<Row> rows;
    while (true) {
      while (static_cast<std::int64_t>(rows.size()) < slots) {
        const std::optional<Row> row = source.Next(/*idle=*/rows.empty());
        if (!row.has_value()) break;
        rows.push_back(*row);
      }
      if (rows.empty()) return absl::OkStatus();
      const absl::Status status = (*step_)(rows.size());
      if (!status.ok()) return status;
      const auto shortest = std::ranges::min_element(
          rows, {}, [](const Row& row) { return row.tokens.size(); });
      const Row row = *shortest;
      rows.erase(shortest);
      const double p = ProbabilityOf(row.tokens);
      source.Answer(row, std::log(p / (1 - p)));
    }
  }

  absl::StatusOr<std::unique_ptr<TextReader>> BeginText() const override {
    return std::make_unique<Reader>(*this);
  }

  static std::vector<double> AnswerByTokens(
      std::span<const EncodedText> texts) {
    std::vector<double> answers;
    for (const EncodedText& text : texts) {
      answers.push_back(ProbabilityOf(text));
    }
    return answers;
  }

  // In [0, 1), different for different tokens but for rare collisions (FNV-1a).
  static double ProbabilityOf(const EncodedText& text) {
    return ProbabilityOf(text.tokens);
  }
  static double ProbabilityOf(std::span<const TokenId> tokens) {
    std::uint32_t hash = 2166136261u;
    for (const TokenId token : tokens) {
      hash = (hash ^ static_cast<std::uint32_t>(token)) * 16777619u;
    }
    return hash / 4294967296.0;
  }
  // Of a text of known words; -1 when it cannot be encoded.
  double ProbabilityOf(std::string_view text) const {
    const auto encoded = encoder_.Encode(text);
    return encoded.ok() ? ProbabilityOf(*encoded) : -1;
  }

 private:
  // Answers as Predict does of the tokens so far.
  class Reader final : public TextReader {
   public:
    explicit Reader(const FakeLiveModel& model) : model_(model) {}

    absl::Status Read(std::span<const TokenId> tokens) override {
      text_.tokens.insert(text_.tokens.end(), tokens.begin(), tokens.end());
      return absl::OkStatus();
    }
    absl::StatusOr<double> Answer() const override {
      const auto answers = model_.Predict({&text_, 1});
      if (!answers.ok()) return answers.status();
      return answers->front();
    }

   private:
    const FakeLiveModel& model_;
    EncodedText text_;
  };

  static Vocabulary MakeVocabulary() {
    WordCounts counts;
    for (int i = 0; i < 1000; ++i) counts.Add(absl::StrCat("w", i));
    return Vocabulary::Build(counts, /*min_count=*/1, /*max_size=*/1002);
  }

  const std::string name_;
  const std::int64_t version_;
  const Answer answer_;
  const Step* const step_;
  const ModelConfig config_ = {.truncation = Truncation::kHead,
                               .vocabulary_size = 1002,
                               .embedding_size = 1};
  const TextEncoder encoder_;
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_FAKE_LIVE_MODEL_H_
