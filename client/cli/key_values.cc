#include "client/cli/key_values.h"

#include "absl/strings/str_cat.h"
#include "client/cli/format.h"
#include "nlohmann/json.hpp"

namespace carousel::client {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kColumns = 80 - 19 - 2;
constexpr std::size_t kLongestList = 40;  // in characters

std::string Dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string ValueText(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  std::string text = Dump(value);
  if (value.is_array() && text.size() > kLongestList) {
    return absl::StrCat("(", value.size(), " items)");
  }
  return text;
}

void Flatten(const Json& object, const std::string& prefix,
             std::vector<std::string>& pairs) {
  for (const auto& [key, value] : object.items()) {
    if (value.is_object()) {
      Flatten(value, absl::StrCat(prefix, key, "."), pairs);
    } else {
      pairs.push_back(absl::StrCat(prefix, key, "=", ValueText(value)));
    }
  }
}

}  // namespace

std::vector<std::string> KeyValueLines(std::string_view json, int columns) {
  const Json document = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return {std::string(json)};
  std::vector<std::string> pairs;
  Flatten(document, "", pairs);
  std::vector<std::string> lines;
  for (const std::string& pair : pairs) {
    if (!lines.empty() &&
        DisplayWidth(lines.back()) + 1 + DisplayWidth(pair) <= columns) {
      absl::StrAppend(&lines.back(), " ", pair);
    } else {
      lines.push_back(pair);
    }
  }
  return lines;
}

void AddKeyValues(std::vector<std::pair<std::string, std::string>>& fields,
                  const std::string& name, std::string_view json) {
  std::string title = name;
  for (std::string& line : KeyValueLines(json, kColumns)) {
    fields.emplace_back(std::exchange(title, ""), std::move(line));
  }
}

}  // namespace carousel::client
