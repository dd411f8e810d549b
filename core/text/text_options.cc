#include "core/text/text_options.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel {

nlohmann::json ToJson(const TextOptions& options) {
  nlohmann::json json = nlohmann::json::object();
  for (const TextOptionField& field : kTextOptionFields) {
    json[std::string(field.name)] = options.*field.member;
  }
  return json;
}

absl::StatusOr<TextOptions> TextOptionsFromJson(const nlohmann::json& json) {
  if (!json.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the text options are ", json.type_name(), "; they must be an object"));
  }
  FieldViolations violations;
  TextOptions options;
  for (const TextOptionField& field : kTextOptionFields) {
    const auto found = json.find(std::string(field.name));
    if (found == json.end()) {
      violations.Add(field.name,
                     absl::StrCat(ToAbslView(field.name), " is missing"));
    } else if (!found->is_boolean()) {
      violations.Add(field.name, absl::StrCat(ToAbslView(field.name), " is ",
                                              Quote(found->dump()),
                                              "; it must be true or false"));
    } else {
      options.*field.member = found->get<bool>();
    }
  }
  for (const auto& [key, value] : json.items()) {
    if (std::ranges::find(kTextOptionFields, key, &TextOptionField::name) ==
        kTextOptionFields.end()) {
      violations.Add(key, absl::StrCat(Quote(key), " is no text option"));
    }
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return options;
}

}  // namespace carousel
