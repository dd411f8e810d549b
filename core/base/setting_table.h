// A table of everything a run can be told. Parsing, checking, help and JSON all
// read this one table, so a key that is in it is known everywhere.
#ifndef CAROUSEL_CORE_BASE_SETTING_TABLE_H_
#define CAROUSEL_CORE_BASE_SETTING_TABLE_H_

#include <charconv>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"

namespace carousel {

// One line of help for a key.
struct SettingHelp {
  std::string key;
  // What a value must be, to follow "it must be": "in (0, 1]", "true or
  // false", "adam, adamw or sgd".
  std::string range;
  std::string meaning;
};

// A member of `Target` by its name.
template <typename Target>
struct Setting : SettingHelp {
  // Sets the member. False, and nothing changes, when `text` is no value of
  // this setting or out of its range.
  std::function<bool(std::string_view text, Target&)> read;
  std::function<nlohmann::json(const Target&)> get;
};

namespace internal {

// The sentences of violations, and what they need, whatever is set.
// A value as a message shows it: numbers bare, anything else in quotes.
std::string ShownValue(std::string_view value);
std::string WrongValue(const SettingHelp& setting, std::string_view value);
std::string UnknownSetting(std::string_view key, bool is_field,
                           const std::vector<std::string_view>& keys);
// A JSON value as --set would have it.
std::string SettingText(const nlohmann::json& value);
// More than there are keys. Whoever sends more is not told of each of them,
// which takes a look at every key for every guess.
absl::Status CheckSettingCount(std::size_t count);

}  // namespace internal

// Immutable once made, so thread-safe.
template <typename Target>
class SettingTable {
 public:
  // `settings` are the keys of --set; `fields` are members that have fields of
  // their own in a request, and are in JSON all the same.
  SettingTable(std::vector<Setting<Target>> settings,
               std::vector<Setting<Target>> fields)
      : settings_(std::move(settings)), fields_(std::move(fields)) {}

  // Sets what is given, and notes every unknown key, unreadable value and value
  // out of range in the words "learning_rate is 12; it must be in (0, 1]".
  // INVALID_ARGUMENT, and nothing else, for more settings than there can be.
  absl::Status Apply(const std::map<std::string, std::string>& given,
                     Target& target, FieldViolations& violations) const {
    const absl::Status status = internal::CheckSettingCount(given.size());
    if (!status.ok()) return status;
    for (const auto& [key, value] : given) {
      Set(Find(settings_, key), key, value, target, violations);
    }
    return absl::OkStatus();
  }

  // Notes every member that is out of its range.
  void Check(const Target& target, FieldViolations& violations) const {
    ForEach([&](const Setting<Target>& setting) {
      Target scratch;
      Set(&setting, setting.key, internal::SettingText(setting.get(target)),
          scratch, violations);
    });
  }

  std::vector<SettingHelp> Describe() const {
    return {settings_.begin(), settings_.end()};
  }

  nlohmann::json ToJson(const Target& target) const {
    nlohmann::json json = nlohmann::json::object();
    ForEach([&](const Setting<Target>& setting) {
      json[setting.key] = setting.get(target);
    });
    return json;
  }

  // What ToJson wrote; a key that is missing changes nothing. INVALID_ARGUMENT,
  // and nothing else, for what is no object.
  absl::Status FromJson(const nlohmann::json& json, Target& target,
                        FieldViolations& violations) const {
    if (!json.is_object()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "hyper-parameters must be a JSON object, not ", json.type_name()));
    }
    for (const auto& [key, value] : json.items()) {
      const Setting<Target>* setting = Find(fields_, key);
      if (setting == nullptr) setting = Find(settings_, key);
      Set(setting, key, internal::SettingText(value), target, violations);
    }
    return absl::OkStatus();
  }

 private:
  using Settings = std::vector<Setting<Target>>;

  static const Setting<Target>* Find(const Settings& settings,
                                     std::string_view key) {
    for (const Setting<Target>& setting : settings) {
      if (setting.key == key) return &setting;
    }
    return nullptr;
  }

  template <typename Visit>
  void ForEach(const Visit& visit) const {
    for (const Settings* settings : {&fields_, &settings_}) {
      for (const Setting<Target>& setting : *settings) visit(setting);
    }
  }

  void Set(const Setting<Target>* setting, std::string_view key,
           std::string_view value, Target& target,
           FieldViolations& violations) const {
    if (setting == nullptr) {
      std::vector<std::string_view> keys;
      for (const Setting<Target>& known : settings_) keys.push_back(known.key);
      violations.Add(key, internal::UnknownSetting(
                              key, Find(fields_, key) != nullptr, keys));
    } else if (!setting->read(value, target)) {
      violations.Add(key, internal::WrongValue(*setting, value));
    }
  }

  const Settings settings_;
  const Settings fields_;
};

// Settings that are numbers. `field` is a pointer to a member of the target, or
// a function that gives a reference to something inside of it.

template <typename Target, typename Number, typename Field, typename InRange>
Setting<Target> NumberSetting(std::string_view key, Field field,
                              std::string range, InRange in_range,
                              std::string_view meaning) {
  return {{.key = std::string(key),
           .range = std::move(range),
           .meaning = std::string(meaning)},
          [field, in_range](std::string_view text, Target& target) {
            Number number{};
            // All of it, in plain decimal or scientific notation.
            const char* const end = text.data() + text.size();
            const auto [rest, error] =
                std::from_chars(text.data(), end, number);
            if (error != std::errc() || rest != end) return false;
            // NaN is in no range.
            if (!in_range(number)) return false;
            std::invoke(field, target) = number;
            return true;
          },
          [field](const Target& source) -> nlohmann::json {
            return std::invoke(field, source);
          }};
}

template <typename Target, typename Field>
Setting<Target> IntegerSetting(std::string_view key, Field field,
                               std::int64_t min, std::int64_t max,
                               std::string_view meaning) {
  return NumberSetting<Target, std::int64_t>(
      key, field, absl::StrCat("a whole number in [", min, ", ", max, "]"),
      [min, max](std::int64_t n) { return min <= n && n <= max; }, meaning);
}

// Any number that fits and is not negative.
template <typename Target, typename Number, typename Field>
Setting<Target> NaturalSetting(std::string_view key, Field field,
                               std::string_view meaning) {
  return NumberSetting<Target, Number>(
      key, field,
      absl::StrCat("a whole number in [0, ", std::numeric_limits<Number>::max(),
                   "]"),
      [](Number n) { return n >= 0; }, meaning);
}

template <typename Target, typename Field>
Setting<Target> RealSetting(std::string_view key, Field field, double min,
                            double max, std::string_view meaning) {
  return NumberSetting<Target, double>(
      key, field, absl::StrCat("in [", min, ", ", max, "]"),
      [min, max](double x) { return min <= x && x <= max; }, meaning);
}

template <typename Target, typename Field>
Setting<Target> PositiveRealSetting(std::string_view key, Field field,
                                    double max, std::string_view meaning) {
  return NumberSetting<Target, double>(
      key, field, absl::StrCat("in (0, ", max, "]"),
      [max](double x) { return 0 < x && x <= max; }, meaning);
}

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_SETTING_TABLE_H_
