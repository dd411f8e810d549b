#include "client/cli/upload_progress.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/format.h"

namespace carousel::client {

UploadProgress ShowUpload(const std::filesystem::path& file, Session& session) {
  return [name = file.filename().string(), &console = session.console()](
             std::int64_t sent, std::int64_t size) {
    if (sent >= size) {
      console.Message(absl::StrCat("Sent ", name, " (", FormatBytes(sent),
                                   "); the server reads it."));
      return;
    }
    console.Show(
        {.label = name,
         .done = static_cast<double>(sent) / static_cast<double>(size),
         .detail = absl::StrCat(FormatBytes(sent), " of ", FormatBytes(size))});
  };
}

}  // namespace carousel::client
