// carousel admin backup
#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/backup.h"
#include "client/cli/commands.h"
#include "client/cli/format.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

absl::StatusOr<ExitCode> BackUp(const std::string& file, Session& session) {
  Console& console = session.console();
  ASSIGN_OR_RETURN(
      const WrittenBackup written,
      WriteBackup(
          session.client(), file,
          [&console](std::int64_t received, std::int64_t bytes) {
            if (bytes == 0) return;
            // The archive is larger than its files.
            console.Show({.label = "backup",
                          .done = std::min(1.0, static_cast<double>(received) /
                                                    static_cast<double>(bytes)),
                          .detail = FormatBytes(received)});
          },
          session.LongCall()));
  if (session.json()) {
    session.PrintJson(
        {{"file", file}, {"bytes", written.bytes}, {"sha256", written.sha256}});
  } else {
    console.out() << "Wrote " << FormatBytes(written.bytes) << " to " << file
                  << ".\nSHA-256 " << written.sha256 << std::endl;
  }
  return ExitCode::kDone;
}

}  // namespace

void AddAdminBackup(CommandLine& line, CLI::App& group) {
  auto file = std::make_shared<std::string>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "backup",
       .description = "Write all that the server has stored to a tar archive, "
                      "while it works",
       .example = "carousel admin backup carousel-$(date +%F).tar",
       .notes = "It holds datasets, vectors, model versions, jobs and their\n"
                "newest checkpoints. To bring it back, with no server there:\n"
                "  carouseld --restore=FILE --data_dir=EMPTY_FOLDER"},
      [file](Session& session) { return BackUp(*file, session); });
  command.add_option("FILE", *file, "Replaced once the backup is whole")
      ->required();
}

}  // namespace carousel::client
