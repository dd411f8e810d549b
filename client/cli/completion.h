// What may follow on a command line that is being typed.
#ifndef CAROUSEL_CLIENT_CLI_COMPLETION_H_
#define CAROUSEL_CLIENT_CLI_COMPLETION_H_

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

namespace carousel::client {

// Whose names the server has to be asked for.
enum class NameKind { kNone, kDatasets, kVectors, kModels, kJobs };

struct Candidate {
  // All of the word. One that ends in "=" goes on with a value.
  std::string text;
  std::string description;  // "" when there is nothing to say
};

struct Completion {
  std::vector<Candidate> candidates;
  // Names of the server too, each behind `prefix` ("--model=" or "").
  NameKind names = NameKind::kNone;
  std::string prefix;
  // Files too.
  bool files = false;
  // Values of options that came before, by their long names: which server, for
  // one.
  std::map<std::string, std::string> options;
};

// `words` are those behind the program's name, the last one the one under the
// cursor, which may be "". Commands, options and the values that an option is
// checked against come from the command line of `root` as it is built; of other
// values it is known by an option's or an argument's name what they are.
// Candidates begin with the last word.
Completion Complete(const CLI::App& root,
                    const std::vector<std::string>& words);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_COMPLETION_H_
