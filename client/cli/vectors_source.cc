#include "client/cli/vectors_source.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace carousel::client {

void AddVectorsSource(VectorsSource& source, CLI::App& command) {
  command.add_option("--model", source.model,
                     absl::StrCat("Of this model; ", kModelReference));
  command.add_option("--vectors", source.vectors, "Of these vectors");
}

void CheckVectorsSource(const CLI::App& command) {
  if (CountGiven(command, {"--model", "--vectors"}) != 1) {
    throw CLI::ValidationError("--model or --vectors: give one of them");
  }
}

int CountGiven(const CLI::App& command,
               std::initializer_list<const char*> options) {
  return static_cast<int>(
      std::ranges::count_if(options, [&command](const char* option) {
        return command.get_option(option)->count() > 0;
      }));
}

}  // namespace carousel::client
