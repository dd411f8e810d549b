// The commands, their options and their help.
#ifndef CAROUSEL_CLIENT_CLI_COMMAND_LINE_H_
#define CAROUSEL_CLIENT_CLI_COMMAND_LINE_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/exit_code.h"
#include "client/cli/session.h"

namespace carousel::client {

// Help for an option that names a model.
inline constexpr char kModelReference[] =
    "NAME@VERSION, NAME@LABEL, or NAME alone:\n"
    "NAME@stable if that label is set, else NAME@latest";

// Where the server is when nothing says so.
inline constexpr char kServerVariable[] = "CAROUSEL_SERVER";
inline constexpr char kDefaultServer[] = "127.0.0.1:50051";

// Does what a command is for. An error is printed by the caller, and says
// which exit code it comes to.
using Action = std::function<absl::StatusOr<ExitCode>(Session&)>;

// What a command is called and how it is used.
struct CommandHelp {
  std::string name;
  std::string description;
  // A whole line, as typed.
  std::string example;
  // What else there is to say, below the example.
  std::string notes = {};
};

// Not thread-safe.
class CommandLine {
 public:
  CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // The program itself, for commands that stand in no group.
  CLI::App& root() { return root_; }
  // A word that is followed by one of its commands, such as "models". The
  // example is a whole line, as typed.
  CLI::App& AddGroup(const std::string& name, const std::string& description,
                     const std::string& example);
  // A command of a group or of the root; its options are added to the result.
  // A group's description grows by the name.
  CLI::App& AddCommand(CLI::App& group, const CommandHelp& help, Action action);

  // Reads the arguments (without the program's name) into all bound variables.
  // Throws CLI::ParseError, which may also stand for a request for help.
  // `default_server` is used where --server is not given.
  void Parse(std::vector<std::string> arguments,
             const std::string& default_server);

  // After Parse: what was asked for.
  const GlobalOptions& options() const { return options_; }
  const Action& action() const { return *action_; }
  // The words of the command that Parse got to, for example "carousel jobs".
  std::string CommandPath() const;

 private:
  void AddConnectionOptions();
  void ParseKnown(std::vector<std::string> arguments);

  CLI::App root_;
  GlobalOptions options_;
  std::map<const CLI::App*, Action> actions_;
  const Action* action_ = nullptr;
};

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_COMMAND_LINE_H_
