// The values of --set: KEY=VALUE, as often as one likes.
#ifndef CAROUSEL_CLIENT_CLI_SETTING_ARGUMENTS_H_
#define CAROUSEL_CLIENT_CLI_SETTING_ARGUMENTS_H_

#include <google/protobuf/map.h>

#include <string>
#include <vector>

namespace carousel::client {

// Throws CLI::ValidationError for one that is no KEY=VALUE. The server knows
// which keys and values there are; here only the form counts.
void CheckSettings(const std::vector<std::string>& settings);

// Of checked settings; as elsewhere on command lines, the last one of a key
// counts.
void ReadSettings(const std::vector<std::string>& settings,
                  google::protobuf::Map<std::string, std::string>& map);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_SETTING_ARGUMENTS_H_
