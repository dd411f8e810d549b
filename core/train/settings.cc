#include "core/train/settings.h"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace carousel {
namespace {

using P = HyperParameters;
using SettingOfRun = Setting<HyperParameters>;

// In the factories below `field` is as in core/base/setting_table.h.

std::string JoinChoices(const std::vector<std::string>& names) {
  std::string text = names.front();
  for (std::size_t i = 1; i < names.size(); ++i) {
    absl::StrAppend(&text, i + 1 < names.size() ? ", " : " or ", names[i]);
  }
  return text;
}

// One of the values of an enum that ToString names.
template <typename Enum, typename Field>
SettingOfRun Choice(std::string_view key, Field field,
                    std::initializer_list<Enum> values,
                    std::string_view meaning) {
  std::vector<std::string> names;
  for (const Enum value : values) names.emplace_back(ToString(value));
  return {{.key = std::string(key),
           .range = JoinChoices(names),
           .meaning = std::string(meaning)},
          [field, values = std::vector<Enum>(values)](std::string_view text,
                                                      HyperParameters& target) {
            for (const Enum value : values) {
              if (ToString(value) != text) continue;
              std::invoke(field, target) = value;
              return true;
            }
            return false;
          },
          [field](const HyperParameters& source) -> nlohmann::json {
            return std::string(ToString(std::invoke(field, source)));
          }};
}

template <typename Field>
SettingOfRun Flag(std::string_view key, Field field, std::string_view meaning) {
  return {{.key = std::string(key),
           .range = "true or false",
           .meaning = std::string(meaning)},
          [field](std::string_view text, HyperParameters& target) {
            if (text != "true" && text != "false") return false;
            std::invoke(field, target) = text == "true";
            return true;
          },
          [field](const HyperParameters& source) -> nlohmann::json {
            return static_cast<bool>(std::invoke(field, source));
          }};
}

SettingOfRun TextFlag(std::string_view key, bool TextOptions::*option,
                      std::string_view meaning) {
  const auto field = [option](auto& parameters) -> auto& {
    return parameters.text.*option;
  };
  return Flag(key, field, meaning);
}

constexpr double kLargestDropout = 0.95;

std::vector<SettingOfRun> OptimizerSettings() {
  return {
      IntegerSetting<P>("batch_size", &P::batch_size, 1, 4096, "texts a step"),
      PositiveRealSetting<P>("learning_rate", &P::learning_rate, 1,
                             "the largest step size of the schedule"),
      Choice("optimizer", &P::optimizer,
             {OptimizerKind::kAdam, OptimizerKind::kAdamW, OptimizerKind::kSgd},
             "sgd has a momentum of 0.9"),
      RealSetting<P>(
          "weight_decay", &P::weight_decay, 0, 1,
          "decay of the weight matrices; biases and embedding are left alone"),
      RealSetting<P>(
          "gradient_clip", &P::gradient_clip, 0, 1000,
          "the largest norm of all gradients together; 0 does not clip"),
      Choice("schedule", &P::schedule,
             {ScheduleKind::kConstant, ScheduleKind::kLinear,
              ScheduleKind::kCosine},
             "how the learning rate falls after the warm-up"),
      RealSetting<P>(
          "warmup_fraction", &P::warmup_fraction, 0, 0.5,
          "the share of all steps over which the learning rate rises"),
  };
}

std::vector<SettingOfRun> NetworkSettings() {
  return {
      IntegerSetting<P>("hidden_size", &P::hidden_size, 1, 4096,
                        "units of each LSTM layer and direction"),
      IntegerSetting<P>("layers", &P::layers, 1, 8, "LSTM layers"),
      Flag("bidirectional", &P::bidirectional,
           "whether a second LSTM reads the text backwards"),
      Choice("pooling", &P::pooling,
             {Pooling::kLast, Pooling::kMax, Pooling::kMean, Pooling::kConcat},
             "how the states of all tokens become one vector"),
      RealSetting<P>("forget_bias", &P::forget_bias, -5, 10,
                     "the forget gate's bias at the start"),
      RealSetting<P>("dropout", &P::dropout, 0, kLargestDropout,
                     "dropout of the pooled vector and between layers"),
      RealSetting<P>("embedding_dropout", &P::embedding_dropout, 0,
                     kLargestDropout,
                     "locked dropout of the embedded tokens, one mask a text"),
      RealSetting<P>("word_dropout", &P::word_dropout, 0, kLargestDropout,
                     "the share of tokens that become the unknown word"),
      RealSetting<P>("weight_drop", &P::weight_drop, 0, kLargestDropout,
                     "dropout of the recurrent weights"),
  };
}

std::vector<SettingOfRun> TextSettings() {
  return {
      IntegerSetting<P>("max_tokens", &P::max_tokens, 1, 10000,
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
      RealSetting<P>("embedding_learning_rate", &P::embedding_learning_rate, 0,
                     1, "learning_rate of the word vectors; 0: the same"),
      IntegerSetting<P>("min_count", &P::min_count, 1, 1000,
                        "rarer words of the training texts are unknown"),
      IntegerSetting<P>("vocabulary_size", &P::vocabulary_size, 100, 5000000,
                        "the most words that are kept"),
      IntegerSetting<P>(
          "early_stopping_epochs", &P::early_stopping_epochs, 0, 10000,
          "epochs without a better one before the run ends; 0: never"),
      Choice("precision", &P::precision, {Precision::kF32, Precision::kBf16},
             "of the LSTM's products in training; bf16: mixed, with sums and "
             "weights in f32"),
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

std::vector<SettingOfRun> RunFields() {
  return {
      IntegerSetting<P>("epochs", &P::epochs, 1, 10000,
                        "passes over the training texts"),
      NaturalSetting<P, std::uint64_t>("seed", &P::seed,
                                       "of everything that is drawn at random"),
      NaturalSetting<P, std::int64_t>("max_examples", &P::max_examples,
                                      "training texts that are used; 0: all"),
  };
}

}  // namespace

const SettingTable<HyperParameters>& HyperParameterTable() {
  static const SettingTable<HyperParameters> table = [] {
    std::vector<SettingOfRun> settings = OptimizerSettings();
    for (auto part : {NetworkSettings(), TextSettings()}) {
      settings.insert(settings.end(), part.begin(), part.end());
    }
    return SettingTable<HyperParameters>(std::move(settings), RunFields());
  }();
  return table;
}

}  // namespace carousel
