#include "core/base/setting_table.h"

#include <algorithm>

#include "core/base/edit_distance.h"
#include "core/base/strings.h"

namespace carousel::internal {
namespace {

constexpr std::size_t kMaxSettings = 256;

}  // namespace

std::string ShownValue(std::string_view value) {
  constexpr std::size_t kLongest = 40;
  double number;
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, number);
  const bool is_number = rest == end && error != std::errc::invalid_argument;
  return is_number && value.size() <= kLongest ? std::string(value)
                                               : Quote(value);
}

std::string WrongValue(const SettingHelp& setting, std::string_view value) {
  return absl::StrCat(setting.key, " is ", ShownValue(value), "; it must be ",
                      setting.range);
}

std::string UnknownSetting(std::string_view key, bool is_field,
                           const std::vector<std::string_view>& keys) {
  if (is_field) {
    return absl::StrCat(ToAbslView(key),
                        " has a field of its own; it is no setting");
  }
  std::string message = absl::StrCat("there is no setting ", Quote(key));
  constexpr std::size_t kLongest = 64;
  if (key.size() > kLongest) return message;
  const auto distance = [key](std::string_view known) {
    return EditDistance(key, known);
  };
  const auto nearest = std::ranges::min_element(keys, {}, distance);
  if (nearest != keys.end() && distance(*nearest) <= 3) {
    absl::StrAppend(&message, "; did you mean ", ToAbslView(*nearest), "?");
  }
  return message;
}

std::string SettingText(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

absl::Status CheckSettingCount(std::size_t count) {
  if (count <= kMaxSettings) return absl::OkStatus();
  FieldViolations violations;
  violations.Add("settings",
                 absl::StrCat("settings has ", count,
                              " entries; it must have at most ", kMaxSettings));
  return violations.ToStatus();
}

}  // namespace carousel::internal
