#include "server/flag_check.h"

#include <cstddef>
#include <optional>
#include <string_view>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

constexpr std::string_view kNo = "no";

absl::CommandLineFlag* Find(std::string_view name) {
  return absl::FindCommandLineFlag(ToAbslView(name));
}

// --help and its kin, which are Abseil's own and no flags by its reflection.
bool IsUsageFlag(std::string_view name) {
  return name.starts_with("help") || name == "version" ||
         name == "only_check_args";
}

// The flag of "--noNAME", which is one of truth.
absl::CommandLineFlag* FindNegated(std::string_view name) {
  if (!name.starts_with(kNo)) return nullptr;
  absl::CommandLineFlag* const flag = Find(name.substr(kNo.size()));
  return flag != nullptr && flag->IsOfType<bool>() ? flag : nullptr;
}

class ArgumentChecker {
 public:
  explicit ArgumentChecker(const std::vector<std::string>& arguments)
      : arguments_(arguments) {}

  absl::Status Check() {
    bool flags_are_over = false;
    while (next_ < arguments_.size()) {
      const std::string_view argument = arguments_[next_++];
      if (!flags_are_over && argument == "--") {
        flags_are_over = true;
      } else if (flags_are_over || !argument.starts_with('-') ||
                 argument == "-") {
        AddViolation(argument, absl::StrCat("unexpected argument ",
                                            Quote(argument), "; see --help"));
      } else {
        CheckFlag(argument);
      }
    }
    return violations_.ToStatus();
  }

 private:
  void CheckFlag(std::string_view argument) {
    argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
    const std::size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    std::optional<std::string_view> value;
    if (equals != std::string_view::npos) value = argument.substr(equals + 1);
    absl::CommandLineFlag* const flag = Find(name);
    if (flag != nullptr) {
      CheckValue(*flag, value);
    } else if (IsUsageFlag(name)) {
      return;
    } else if (FindNegated(name) == nullptr) {
      AddViolation(name, absl::StrCat("there is no flag --", ToAbslView(name),
                                      "; see --help"));
    } else if (value.has_value()) {
      AddViolation(name,
                   absl::StrCat("--", ToAbslView(name), " takes no value"));
    }
  }

  void CheckValue(absl::CommandLineFlag& flag,
                  std::optional<std::string_view> value) {
    const absl::string_view name = flag.Name();
    if (!value.has_value() && flag.IsOfType<bool>()) value = "true";
    if (!value.has_value() && next_ < arguments_.size()) {
      value = arguments_[next_++];
    }
    if (!value.has_value()) {
      AddViolation(ToStdView(name), absl::StrCat("--", name, " needs a value"));
      return;
    }
    std::string error;
    if (flag.ParseFrom(ToAbslView(*value), &error)) return;
    AddViolation(ToStdView(name),
                 absl::StrCat("--", name, " is ", Quote(*value),
                              ", which it cannot be; see --help"));
  }

  void AddViolation(std::string_view flag, const std::string& what) {
    violations_.Add(std::string(flag), what);
  }

  const std::vector<std::string>& arguments_;
  std::size_t next_ = 0;
  FieldViolations violations_;
};

}  // namespace

absl::Status CheckFlags(const std::vector<std::string>& arguments) {
  return ArgumentChecker(arguments).Check();
}

}  // namespace carousel
