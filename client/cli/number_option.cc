#include "client/cli/number_option.h"

#include <charconv>
#include <cmath>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace carousel::client {
namespace {

CLI::ValidationError Wrong(const std::string& name, const std::string& value,
                           const char* rule) {
  if (value.empty()) {
    return CLI::ValidationError(absl::StrCat(name, " is empty"));
  }
  return CLI::ValidationError(
      absl::StrCat(name, " is ", value, "; it must be ", rule));
}

template <typename Number>
CLI::Option* AddWhole(CLI::App& app, const std::string& name,
                      std::optional<Number>& target,
                      const std::string& description) {
  return app
      .add_option_function<std::string>(
          name,
          [name, &target](const std::string& text) {
            Number number = 0;
            const char* const end = text.data() + text.size();
            const auto [rest, error] =
                std::from_chars(text.data(), end, number);
            if (text.starts_with('-')) throw Wrong(name, text, "0 or more");
            if (error == std::errc::result_out_of_range) {
              throw Wrong(name, text, "a smaller number");
            }
            if (error != std::errc() || rest != end) {
              throw Wrong(name, text, "a whole number");
            }
            target = number;
          },
          description)
      ->type_name("N");
}

}  // namespace

CLI::Option* AddAboveZero(CLI::App& app, const std::string& name,
                          std::optional<double>& target,
                          const std::string& description) {
  return app.add_option_function<std::string>(
      name,
      [name, &target](const std::string& text) {
        double number = 0;
        if (!absl::SimpleAtod(text, &number) || std::isnan(number)) {
          throw Wrong(name, text, "a number");
        }
        if (number <= 0) throw Wrong(name, text, "above 0");
        target = number;
      },
      description);
}

CLI::Option* AddNotNegative(CLI::App& app, const std::string& name,
                            std::optional<std::int64_t>& target,
                            const std::string& description) {
  return AddWhole(app, name, target, description);
}

CLI::Option* AddNotNegative(CLI::App& app, const std::string& name,
                            std::optional<std::uint64_t>& target,
                            const std::string& description) {
  return AddWhole(app, name, target, description);
}

}  // namespace carousel::client
