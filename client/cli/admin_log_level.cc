// carousel admin log_level
#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/cli/commands.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

constexpr char kPrefix[] = "LOG_LEVEL_";

// "debug" of LOG_LEVEL_DEBUG.
std::string ShortName(v1::LogLevel level) {
  const std::string& name = v1::LogLevel_Name(level);
  // A level that this client does not know yet.
  if (name.empty()) return absl::StrCat(static_cast<int>(level));
  return absl::AsciiStrToLower(absl::StripPrefix(name, kPrefix));
}

// LOG_LEVEL_UNSPECIFIED when there is none of that name.
v1::LogLevel ParseLevel(const std::string& text) {
  v1::LogLevel level = v1::LOG_LEVEL_UNSPECIFIED;
  v1::LogLevel_Parse(absl::StrCat(kPrefix, absl::AsciiStrToUpper(text)),
                     &level);
  return level;
}

// What is wrong with it; "" when nothing is.
std::string CheckLevel(const std::string& text) {
  if (ParseLevel(text) != v1::LOG_LEVEL_UNSPECIFIED) return "";
  return absl::StrCat(text,
                      " is no level; it must be trace, debug, info, warning, "
                      "error, critical or off");
}

absl::StatusOr<ExitCode> ShowLogLevel(Session& session) {
  ASSIGN_OR_RETURN(const v1::LogLevel level,
                   session.client().GetLogLevel(session.ShortCall()));
  if (session.json()) {
    session.PrintJson({{"level", ShortName(level)}});
  } else {
    session.console().out() << ShortName(level) << std::endl;
  }
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> SetLogLevel(const std::string& text,
                                     Session& session) {
  const v1::LogLevel level = ParseLevel(text);
  ASSIGN_OR_RETURN(const v1::LogLevel previous,
                   session.client().SetLogLevel(level, session.ShortCall()));
  if (session.json()) {
    session.PrintJson(
        {{"level", ShortName(level)}, {"previous_level", ShortName(previous)}});
  } else {
    session.console().out()
        << "The log level is " << ShortName(level) << "; it was "
        << ShortName(previous) << "." << std::endl;
  }
  return ExitCode::kDone;
}

}  // namespace

void AddAdminLogLevel(CommandLine& line, CLI::App& group) {
  auto level = std::make_shared<std::string>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "log_level",
       .description = "Show or change what the server logs, until it stops",
       .example = "carousel admin log_level debug"},
      [level](Session& session) {
        return level->empty() ? ShowLogLevel(session)
                              : SetLogLevel(*level, session);
      });
  command
      .add_option("LEVEL", *level,
                  "trace, debug, info, warning, error, critical or off")
      ->check(CLI::Validator(&CheckLevel, "", "level"));
}

}  // namespace carousel::client
