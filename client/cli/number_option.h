// Options that are numbers, and wrong usage in plain words: CLI11's own
// validators answer with the largest number there is.
#ifndef CAROUSEL_CLIENT_CLI_NUMBER_OPTION_H_
#define CAROUSEL_CLIENT_CLI_NUMBER_OPTION_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace carousel::client {

// Each adds an option whose value must be as its name says; "--timeout is 0;
// it must be above 0" is thrown as CLI::ValidationError.
CLI::Option* AddAboveZero(CLI::App& app, const std::string& name,
                          std::optional<double>& target,
                          const std::string& description);
CLI::Option* AddNotNegative(CLI::App& app, const std::string& name,
                            std::optional<std::int64_t>& target,
                            const std::string& description);
CLI::Option* AddNotNegative(CLI::App& app, const std::string& name,
                            std::optional<std::uint64_t>& target,
                            const std::string& description);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_NUMBER_OPTION_H_
