#include "client/cli/setting_arguments.h"

#include "absl/strings/str_cat.h"
#include "client/cli/command_line.h"
#include "core/base/strings.h"

namespace carousel::client {

void CheckSettings(const std::vector<std::string>& settings) {
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw CLI::ValidationError(
          absl::StrCat("--set is ", Quote(setting), "; it must be KEY=VALUE"));
    }
  }
}

void ReadSettings(const std::vector<std::string>& settings,
                  google::protobuf::Map<std::string, std::string>& map) {
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    map[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
}

}  // namespace carousel::client
