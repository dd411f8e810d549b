#include "client/cli/unknown_argument.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "core/base/edit_distance.h"
#include "core/base/strings.h"

namespace carousel::client {
namespace {

constexpr std::size_t kNearEdits = 2;

bool IsOption(std::string_view argument) {
  return argument.starts_with('-') && argument.size() > 1;
}

std::vector<std::string> CommandNames(const CLI::App& group) {
  std::vector<std::string> names;
  for (const CLI::App* command : group.get_subcommands({})) {
    names.push_back(command->get_name());
  }
  return names;
}

// The options of a command and of all around it.
std::vector<std::string> OptionNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* app = &command; app != nullptr;
       app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        names.push_back(absl::StrCat("--", name));
      }
    }
  }
  return names;
}

std::string Hint(std::string_view word, const std::vector<std::string>& known) {
  const std::string nearest = NearestWord(word, known);
  return nearest.empty() ? "" : absl::StrCat(" (did you mean ", nearest, "?)");
}

}  // namespace

std::string NearestWord(std::string_view word,
                        const std::vector<std::string>& known) {
  std::string nearest;
  std::size_t fewest = kNearEdits + 1;
  for (const std::string& candidate : known) {
    const std::size_t edits = EditDistance(word, candidate);
    if (edits < fewest && 2 * edits < word.size()) {
      fewest = edits;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string ExplainUnknownArgument(const CLI::App& root,
                                   const CLI::App& selected) {
  std::vector<std::string> unknown = root.remaining(/*recurse=*/true);
  std::erase(unknown, "--");
  if (unknown.empty()) return "";
  const bool is_group = !selected.get_subcommands({}).empty();
  // In a command the rest may be the value of an unknown option before it, or
  // what such a value pushed out of its place.
  const auto option = std::ranges::find_if(unknown, IsOption);
  const std::string& first =
      is_group || option == unknown.end() ? unknown.front() : *option;
  if (IsOption(first)) {
    const std::string name = first.substr(0, first.find('='));
    return absl::StrCat("no option ", name, Hint(name, OptionNames(selected)));
  }
  if (!is_group) return absl::StrCat("unexpected argument ", Quote(first));
  return absl::StrCat("no command ", Quote(first),
                      Hint(first, CommandNames(selected)));
}

}  // namespace carousel::client
