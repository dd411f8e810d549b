// The table of everything a training run can be told. Parsing, checking, help
// and JSON all read this one table, so a key that is in it is known everywhere.
// Knows no torch.
#ifndef CAROUSEL_CORE_TRAIN_SETTINGS_H_
#define CAROUSEL_CORE_TRAIN_SETTINGS_H_

#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "core/train/hyperparameters.h"

namespace carousel {

struct Setting {
  std::string key;
  // What a value must be, to follow "it must be": "in (0, 1]", "true or
  // false", "adam, adamw or sgd".
  std::string range;
  std::string meaning;
  // Sets the member. False, and nothing changes, when `text` is no value of
  // this setting or out of its range.
  std::function<bool(std::string_view text, HyperParameters&)> read;
  std::function<nlohmann::json(const HyperParameters&)> get;
};

// The keys of --set, in the order of the contract.
std::span<const Setting> ModelSettings();
// epochs, seed and max_examples, which have fields of their own in a request.
std::span<const Setting> RunSettings();

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_SETTINGS_H_
