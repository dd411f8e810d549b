#include "server/config_file.h"

#include <set>
#include <string>
#include <string_view>

#include "absl/flags/reflection.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/byte_source.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

std::string_view Strip(std::string_view text) {
  return ToStdView(absl::StripAsciiWhitespace(ToAbslView(text)));
}

// Sets one flag, or says what is wrong with the line; "" when nothing is.
std::string ApplyLine(std::string_view line,
                      const absl::CommandLineFlag& config_flag,
                      std::set<std::string>& names) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) {
    return absl::StrCat(Quote(line), " is not NAME = VALUE");
  }
  const std::string name(Strip(line.substr(0, equals)));
  absl::CommandLineFlag* const flag = absl::FindCommandLineFlag(name);
  if (flag == nullptr || flag->Filename() != config_flag.Filename() ||
      flag == &config_flag) {
    return absl::StrCat("there is no setting ", Quote(name));
  }
  if (!names.insert(name).second) {
    return absl::StrCat(name, " is set a second time");
  }
  std::string error;
  const std::string_view value = Strip(line.substr(equals + 1));
  if (flag->ParseFrom(ToAbslView(value), &error)) return "";
  return absl::StrCat(name, " is ", Quote(value),
                      error.empty() ? ", which it cannot be" : "; ", error);
}

}  // namespace

absl::Status ApplyConfigFile(const std::filesystem::path& path,
                             const absl::CommandLineFlag& config_flag) {
  ASSIGN_OR_RETURN(const auto source, OpenByteSource(path));
  LineReader reader(*source);
  FieldViolations violations;
  std::set<std::string> names;
  std::string_view line;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(line));
    if (!more) return violations.ToStatus();
    line = Strip(line);
    if (line.empty() || line.front() == '#') continue;
    const std::string wrong = ApplyLine(line, config_flag, names);
    if (wrong.empty()) continue;
    violations.Add("--config", absl::StrCat(path.string(), ":",
                                            reader.line_number(), ": ", wrong));
  }
}

}  // namespace carousel
