// carousel completion
#include <memory>
#include <string>

#include "client/cli/commands.h"
#include "client/cli/completion_scripts.h"

namespace carousel::client {
namespace {

std::string Script(const std::string& shell) {
  if (shell == "bash") return kBashCompletion;
  return shell == "zsh" ? kZshCompletion : kFishCompletion;
}

}  // namespace

void AddCompletion(CommandLine& line, CLI::App& group) {
  auto shell = std::make_shared<std::string>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "completion",
       .description = "Print a script that completes command lines in a shell",
       .example = "carousel completion bash",
       .notes = "For the shell at hand:\n"
                "  bash  source <(carousel completion bash)\n"
                "  zsh   source <(carousel completion zsh)\n"
                "  fish  carousel completion fish | source\n"
                "`make install` puts the scripts where shells look for them. "
                "Names of datasets,\nvectors, models and jobs are asked of the "
                "server."},
      [shell](Session& session) -> absl::StatusOr<ExitCode> {
        if (session.json()) {
          session.PrintJson({{"shell", *shell}, {"script", Script(*shell)}});
        } else {
          session.console().out() << Script(*shell);
        }
        return ExitCode::kDone;
      });
  command.add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

}  // namespace carousel::client
