#include "client/cli/command_line.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/number_option.h"
#include "client/cli/unknown_argument.h"
#include "core/base/strings.h"

namespace carousel::client {
namespace {

// "--text=" means an empty text, but CLI11 takes the next argument for the
// value then; in two arguments it understands.
std::vector<std::string> SeparateEmptyValues(
    const std::vector<std::string>& arguments) {
  std::vector<std::string> result;
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (argument.starts_with("--") && equals == argument.size() - 1) {
      result.push_back(argument.substr(0, equals));
      result.emplace_back();
    } else {
      result.push_back(argument);
    }
  }
  return result;
}

// "--out=$UNSET" is a mistake, and an empty name or path would be taken for
// one that is not given. Only a text may be empty.
void RefuseEmptyValues(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() == 0 || option->check_lname("text")) continue;
    const std::vector<std::string>& values = option->results();
    if (std::ranges::find(values, "") != values.end()) {
      throw CLI::ValidationError(absl::StrCat(option->get_name(), " is empty"));
    }
  }
  for (const CLI::App* command : app.get_subcommands()) {
    RefuseEmptyValues(*command);
  }
}

bool IsHostAndPort(const std::string& server) {
  const std::size_t colon = server.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  int port = 0;
  const char* const end = server.data() + server.size();
  const auto [parsed_to, error] =
      std::from_chars(server.data() + colon + 1, end, port);
  return error == std::errc() && parsed_to == end && port >= 1 && port <= 65535;
}

void CheckServer(const std::string& server) {
  // gRPC would take what is before it for the name of a resolver.
  const std::size_t scheme = server.find("://");
  if (scheme != std::string::npos) {
    throw CLI::ValidationError(absl::StrCat("--server is ", Quote(server),
                                            "; it must be HOST:PORT, without ",
                                            server.substr(0, scheme + 3)));
  }
  if (!IsHostAndPort(server)) {
    throw CLI::ValidationError(
        absl::StrCat("--server is ", Quote(server),
                     "; it must be HOST:PORT, for example ", kDefaultServer));
  }
}

const CLI::App* SelectedCommand(const CLI::App& root) {
  const CLI::App* selected = &root;
  while (!selected->get_subcommands().empty()) {
    selected = selected->get_subcommands().back();
  }
  return selected;
}

}  // namespace

CommandLine::CommandLine()
    : root_("Trains, evaluates and serves an LSTM for sentiment analysis.",
            "carousel") {
  // Options of the root are taken after a command too; the commands that are
  // added later inherit this.
  root_.fallthrough();
  root_.require_subcommand(1);
  root_.set_version_flag("--version", "carousel " CAROUSEL_VERSION);
  root_
      .add_option("--server", options_.connection.server,
                  absl::StrCat("The server's host:port; else $CAROUSEL_SERVER, "
                               "else ",
                               kDefaultServer))
      ->type_name("HOST:PORT");
  AddConnectionOptions();
  root_.add_flag("--json", options_.json,
                 "Print JSON on standard output, errors too");
  AddAboveZero(root_, "--timeout", options_.timeout_seconds,
               "Give up after this many seconds")
      ->type_name("SECONDS");
  root_.footer(
      "Exit codes: 0 done, 1 other, 2 usage, 3 not found, 4 invalid or "
      "refused input,\n5 unavailable or deadline, 6 the job failed or was "
      "cancelled.\n\nExample:\n  carousel train --dataset=imdb "
      "--vectors=glove --model=imdb --watch");
}

void CommandLine::AddConnectionOptions() {
  ConnectionFlags& flags = options_.connection;
  const auto add_file = [this](const std::string& name, std::string& target,
                               const std::string& description) {
    return root_.add_option(name, target, description)->type_name("FILE");
  };
  // There is no option for the key itself: every user sees a command line (ps).
  add_file("--key_file", flags.key_file,
           "File that holds the key to show; else it is $CAROUSEL_KEY");
  root_.add_flag("--tls", flags.tls,
                 "Speak TLS; the system's authorities say who the server is; "
                 "also with CAROUSEL_TLS=1");
  add_file("--tls_ca", flags.tls_ca,
           "Speak TLS; the certificates of this file say who the server is; "
           "else $CAROUSEL_TLS_CA");
  CLI::Option* const certificate = add_file(
      "--tls_cert", flags.tls_cert,
      "Certificate to show to a server that asks for one (mutual TLS); else "
      "$CAROUSEL_TLS_CERT");
  CLI::Option* const key = add_file("--tls_key", flags.tls_key,
                                    "The private key of that certificate; "
                                    "else $CAROUSEL_TLS_KEY");
  certificate->needs(key);
  key->needs(certificate);
}

CLI::App& CommandLine::AddGroup(const std::string& name,
                                const std::string& description,
                                const std::string& example) {
  CLI::App& group = *root_.add_subcommand(name, description);
  group.footer(absl::StrCat("Example:\n  ", example));
  // Also keeps a name that is given to a command ("dataset delete models")
  // from being taken for another command.
  group.require_subcommand(1);
  return group;
}

CLI::App& CommandLine::AddCommand(CLI::App& group, const CommandHelp& help,
                                  Action action) {
  CLI::App& command = *group.add_subcommand(help.name, help.description);
  if (&group != &root_) {
    // The help of the root has a line for a group, and none for its commands.
    const bool is_first = group.get_subcommands({}).size() == 1;
    group.description(absl::StrCat(group.get_description(),
                                   is_first ? ":\n" : ", ", help.name));
  }
  std::string footer = absl::StrCat("Example:\n  ", help.example);
  if (!help.notes.empty()) absl::StrAppend(&footer, "\n\n", help.notes);
  command.footer(footer);
  actions_[&command] = std::move(action);
  return command;
}

// CLI11 asks for what is missing before it looks at what is too much, and a
// mistyped word is both.
void CommandLine::ParseKnown(std::vector<std::string> arguments) {
  const auto explain = [this] {
    const std::string unknown =
        ExplainUnknownArgument(root_, *SelectedCommand(root_));
    if (!unknown.empty()) throw CLI::ValidationError(unknown);
  };
  try {
    root_.parse(std::move(arguments));
  } catch (const CLI::RequiredError&) {
    explain();
    throw;
  } catch (const CLI::ExtrasError&) {
    explain();
    throw;
  }
}

void CommandLine::Parse(std::vector<std::string> arguments,
                        const std::string& default_server) {
  arguments = SeparateEmptyValues(arguments);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  ParseKnown(std::move(arguments));
  RefuseEmptyValues(root_);
  std::string& server = options_.connection.server;
  if (server.empty()) server = default_server;
  if (server.empty()) server = kDefaultServer;
  CheckServer(server);
  action_ = &actions_.at(SelectedCommand(root_));
}

std::string CommandLine::CommandPath() const {
  std::string path = root_.get_name();
  for (const CLI::App* app = &root_; !app->get_subcommands().empty();) {
    app = app->get_subcommands().back();
    absl::StrAppend(&path, " ", app->get_name());
  }
  return path;
}

}  // namespace carousel::client
