#include "core/train/settings.h"

#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"

namespace carousel {
namespace {

// Reads all of `text` as a number in plain decimal (or scientific) notation.
template <typename Number>
bool ReadNumber(std::string_view text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end;
}

// In the factories below `field` is a pointer to a member of HyperParameters,
// or a function that gives a reference to something inside of it.

template <typename Number, typename Field>
Setting NumberIn(std::string_view key, Field field, std::string_view range,
                 std::function<bool(Number)> in_range,
                 std::string_view meaning) {
  return Setting{
      .key = std::string(key),
      .range = std::string(range),
      .meaning = std::string(meaning),
      .read =
          [field, in_range](std::string_view text, HyperParameters& target) {
            Number number{};
            // NaN is in no range.
            if (!ReadNumber(text, number) || !in_range(number)) return false;
            std::invoke(field, target) = number;
            return true;
          },
      .get = [field](const HyperParameters& source) -> nlohmann::json {
        return std::invoke(field, source);
      }};
}

template <typename Field>
Setting Integer(std::string_view key, Field field, std::int64_t min,
                std::int64_t max, std::string_view meaning) {
  return NumberIn<std::int64_t>(
      key, field, absl::StrCat("a whole number in [", min, ", ", max, "]"),
      [min, max](std::int64_t n) { return min <= n && n <= max; }, meaning);
}

// Any number that fits and is not negative.
template <typename Number, typename Field>
Setting Natural(std::string_view key, Field field, std::string_view meaning) {
  return NumberIn<Number>(
      key, field,
      absl::StrCat("a whole number in [0, ", std::numeric_limits<Number>::max(),
                   "]"),
      [](Number n) { return n >= 0; }, meaning);
}

template <typename Field>
Setting Real(std::string_view key, Field field, double min, double max,
             std::string_view meaning) {
  return NumberIn<double>(
      key, field, absl::StrCat("in [", min, ", ", max, "]"),
      [min, max](double x) { return min <= x && x <= max; }, meaning);
}

template <typename Field>
Setting PositiveReal(std::string_view key, Field field, double max,
                     std::string_view meaning) {
  return NumberIn<double>(
      key, field, absl::StrCat("in (0, ", max, "]"),
      [max](double x) { return 0 < x && x <= max; }, meaning);
}

std::string JoinChoices(const std::vector<std::string>& names) {
  std::string text = names.front();
  for (std::size_t i = 1; i < names.size(); ++i) {
    absl::StrAppend(&text, i + 1 < names.size() ? ", " : " or ", names[i]);
  }
  return text;
}

// One of the values of an enum that ToString names.
template <typename Enum, typename Field>
Setting Choice(std::string_view key, Field field,
               std::initializer_list<Enum> values, std::string_view meaning) {
  std::vector<std::string> names;
  for (const Enum value : values) names.emplace_back(ToString(value));
  return Setting{
      .key = std::string(key),
      .range = JoinChoices(names),
      .meaning = std::string(meaning),
      .read =
          [field, values = std::vector<Enum>(values)](std::string_view text,
                                                      HyperParameters& target) {
            for (const Enum value : values) {
              if (ToString(value) != text) continue;
              std::invoke(field, target) = value;
              return true;
            }
            return false;
          },
      .get = [field](const HyperParameters& source) -> nlohmann::json {
        return std::string(ToString(std::invoke(field, source)));
      }};
}

template <typename Field>
Setting Flag(std::string_view key, Field field, std::string_view meaning) {
  return Setting{
      .key = std::string(key),
      .range = "true or false",
      .meaning = std::string(meaning),
      .read =
          [field](std::string_view text, HyperParameters& target) {
            if (text != "true" && text != "false") return false;
            std::invoke(field, target) = text == "true";
            return true;
          },
      .get = [field](const HyperParameters& source) -> nlohmann::json {
        return static_cast<bool>(std::invoke(field, source));
      }};
}

Setting TextFlag(std::string_view key, bool TextOptions::*option,
                 std::string_view meaning) {
  const auto field = [option](auto& parameters) -> auto& {
    return parameters.text.*option;
  };
  return Flag(key, field, meaning);
}

constexpr double kLargestDropout = 0.95;

std::vector<Setting> OptimizerSettings() {
  using P = HyperParameters;
  return {
      Integer("batch_size", &P::batch_size, 1, 4096, "texts a step"),
      PositiveReal("learning_rate", &P::learning_rate, 1,
                   "the largest step size of the schedule"),
      Choice("optimizer", &P::optimizer,
             {OptimizerKind::kAdam, OptimizerKind::kAdamW, OptimizerKind::kSgd},
             "sgd has a momentum of 0.9"),
      Real("weight_decay", &P::weight_decay, 0, 1,
           "decay of the weight matrices; biases and embedding are left alone"),
      Real("gradient_clip", &P::gradient_clip, 0, 1000,
           "the largest norm of all gradients together; 0 does not clip"),
      Choice("schedule", &P::schedule,
             {ScheduleKind::kConstant, ScheduleKind::kLinear,
              ScheduleKind::kCosine},
             "how the learning rate falls after the warm-up"),
      Real("warmup_fraction", &P::warmup_fraction, 0, 0.5,
           "the share of all steps over which the learning rate rises"),
  };
}

std::vector<Setting> NetworkSettings() {
  using P = HyperParameters;
  return {
      Integer("hidden_size", &P::hidden_size, 1, 4096,
              "units of each LSTM layer and direction"),
      Integer("layers", &P::layers, 1, 8, "LSTM layers"),
      Flag("bidirectional", &P::bidirectional,
           "whether a second LSTM reads the text backwards"),
      Choice("pooling", &P::pooling,
             {Pooling::kLast, Pooling::kMax, Pooling::kMean, Pooling::kConcat},
             "how the states of all tokens become one vector"),
      Real("forget_bias", &P::forget_bias, -5, 10,
           "the forget gate's bias at the start"),
      Real("dropout", &P::dropout, 0, kLargestDropout,
           "dropout of the pooled vector and between layers"),
      Real("embedding_dropout", &P::embedding_dropout, 0, kLargestDropout,
           "locked dropout of the embedded tokens, one mask a text"),
      Real("word_dropout", &P::word_dropout, 0, kLargestDropout,
           "the share of tokens that become the unknown word"),
      Real("weight_drop", &P::weight_drop, 0, kLargestDropout,
           "dropout of the recurrent weights"),
  };
}

std::vector<Setting> TextSettings() {
  using P = HyperParameters;
  return {
      Integer("max_tokens", &P::max_tokens, 1, 10000,
              "tokens of a text that are read"),
      Choice("truncate", &P::truncate,
             {Truncation::kHead, Truncation::kTail, Truncation::kHeadTail},
             "which tokens of a longer text are read; head_tail: the first "
             "quarter and the last three"),
      Choice("padding", &P::padding,
             {PaddingKind::kFixed, PaddingKind::kDynamic},
             "fixed: every batch to max_tokens; dynamic: batches of similar "
             "length, each to its longest text"),
      Flag("trainable_embedding", &P::trainable_embedding,
           "whether training changes the word vectors"),
      Real("embedding_learning_rate", &P::embedding_learning_rate, 0, 1,
           "learning_rate of the word vectors; 0: the same"),
      Integer("min_count", &P::min_count, 1, 1000,
              "rarer words of the training texts are unknown"),
      Integer("vocabulary_size", &P::vocabulary_size, 100, 5000000,
              "the most words that are kept"),
      Integer("early_stopping_epochs", &P::early_stopping_epochs, 0, 10000,
              "epochs without a better one before the run ends; 0: never"),
      Choice("precision", &P::precision, {Precision::kF32},
             "numbers that training computes with"),
      TextFlag("strip_html", &TextOptions::strip_html,
               "removes tags and decodes character entities"),
      TextFlag("normalize_unicode", &TextOptions::normalize_unicode,
               "NFKC, and typographic marks to ASCII"),
      TextFlag("lowercase", &TextOptions::lowercase, "folds case"),
      TextFlag("keep_punctuation", &TextOptions::keep_punctuation,
               "keeps punctuation marks as tokens"),
      TextFlag("split_contractions", &TextOptions::split_contractions,
               "\"didn't\" is \"did\" and \"n't\", as in GloVe"),
  };
}

}  // namespace

std::span<const Setting> ModelSettings() {
  static const std::vector<Setting> settings = [] {
    std::vector<Setting> all = OptimizerSettings();
    for (auto part : {NetworkSettings(), TextSettings()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return settings;
}

std::span<const Setting> RunSettings() {
  using P = HyperParameters;
  static const std::vector<Setting> settings = {
      Integer("epochs", &P::epochs, 1, 10000, "passes over the training texts"),
      Natural<std::uint64_t>("seed", &P::seed,
                             "of everything that is drawn at random"),
      Natural<std::int64_t>("max_examples", &P::max_examples,
                            "training texts that are used; 0: all"),
  };
  return settings;
}

}  // namespace carousel
