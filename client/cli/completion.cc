#include "client/cli/completion.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/strings.h"

namespace carousel::client {
namespace {

// Values that the server checks, so that the option does not know them.
const std::vector<std::string>& KnownValues(const std::string& group,
                                            const std::string& name) {
  static const auto& values =
      *new std::map<std::string, std::vector<std::string>>{
          {"--preset", {"classic", "strong", "streaming"}},
          {"evaluate --split", {"train", "validation", "test"}},
          {"--label", {"stable"}},
          {"LEVEL",
           {"trace", "debug", "info", "warning", "error", "critical", "off"}}};
  static const auto& none = *new std::vector<std::string>;
  for (const std::string& key : {name, absl::StrCat(group, " ", name)}) {
    if (const auto found = values.find(key); found != values.end()) {
      return found->second;
    }
  }
  return none;
}

NameKind KindOf(const std::string& group, const std::string& name) {
  if (name == "--dataset") return NameKind::kDatasets;
  if (name == "--vectors") return NameKind::kVectors;
  if (name == "--model" || name == "MODEL") return NameKind::kModels;
  if (name == "JOB") return NameKind::kJobs;
  if (name != "NAME") return NameKind::kNone;
  if (group == "dataset") return NameKind::kDatasets;
  return group == "vectors" ? NameKind::kVectors : NameKind::kNone;
}

bool IsFile(const CLI::Option& option, const std::string& name) {
  return option.get_type_name().starts_with("FILE") || name == "FILE" ||
         name == "--csv" || name == "--out" || name == "--words";
}

// What CLI::IsMember has put into the option's type: "TEXT:{queued,running}".
std::vector<std::string> CheckedValues(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t open = type.find('{');
  const std::size_t close = type.find('}', open);
  if (open == std::string::npos || close == std::string::npos) return {};
  return absl::StrSplit(type.substr(open + 1, close - open - 1), ',');
}

std::string FirstLine(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

bool TakesValue(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

// The word "dataset" of "carousel dataset import", "train" of "carousel train".
std::string GroupOf(const CLI::App& command) {
  const CLI::App* app = &command;
  while (app->get_parent() != nullptr &&
         app->get_parent()->get_parent() != nullptr) {
    app = app->get_parent();
  }
  return app->get_name();
}

class Completer {
 public:
  explicit Completer(const CLI::App& root) : command_(&root) {}

  Completion Run(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) Pass(words[i]);
    if (!words.empty()) Offer(words.back());
    return std::move(completion_);
  }

 private:
  // Reads a word that is complete.
  void Pass(const std::string& word) {
    if (open_option_ != nullptr) {
      completion_.options[open_option_->get_lnames().front()] = word;
      open_option_ = nullptr;
    } else if (word.starts_with("--")) {
      const std::size_t equals = word.find('=');
      const CLI::Option* const option = FindOption(word.substr(0, equals));
      if (option == nullptr) return;
      const bool has_value = equals != std::string::npos;
      if (has_value || !TakesValue(*option)) {
        completion_.options[option->get_lnames().front()] =
            has_value ? word.substr(equals + 1) : "";
      } else {
        open_option_ = option;
      }
    } else if (const CLI::App* const command = FindCommand(word)) {
      command_ = command;
    } else {
      ++arguments_;
    }
  }

  void Offer(const std::string& word) {
    const std::size_t equals = word.find('=');
    if (open_option_ != nullptr) {
      OfferValues(*open_option_, "", word);
    } else if (word.starts_with("--") && equals != std::string::npos) {
      const CLI::Option* const option = FindOption(word.substr(0, equals));
      if (option == nullptr) return;
      OfferValues(*option, word.substr(0, equals + 1), word.substr(equals + 1));
    } else if (word.starts_with('-')) {
      OfferOptions(word);
    } else if (!command_->get_subcommands({}).empty()) {
      for (const CLI::App* command : command_->get_subcommands({})) {
        Add(word, command->get_name(), FirstLine(command->get_description()));
      }
    } else {
      OfferArgument(word);
    }
  }

  void OfferOptions(const std::string& word) {
    for (const CLI::App* app = command_; app != nullptr;
         app = app->get_parent()) {
      for (const CLI::Option* option : app->get_options()) {
        for (const std::string& name : option->get_lnames()) {
          Add(word, absl::StrCat("--", name, TakesValue(*option) ? "=" : ""),
              FirstLine(option->get_description()));
        }
      }
    }
  }

  // The argument without a name whose turn it is.
  void OfferArgument(const std::string& word) {
    int place = 0;
    for (const CLI::Option* option : command_->get_options()) {
      if (!option->get_positional()) continue;
      if (place++ == arguments_) OfferValues(*option, "", word);
    }
  }

  void OfferValues(const CLI::Option& option, const std::string& prefix,
                   const std::string& word) {
    const std::string group = GroupOf(*command_);
    const std::string name =
        option.get_lnames().empty()
            ? option.get_name(/*positional=*/true)
            : absl::StrCat("--", option.get_lnames().front());
    std::vector<std::string> values = CheckedValues(option);
    if (values.empty()) values = KnownValues(group, name);
    for (const std::string& value : values) {
      if (value.starts_with(word)) {
        completion_.candidates.push_back({.text = prefix + value});
      }
    }
    completion_.prefix = prefix;
    completion_.names = KindOf(group, name);
    completion_.files = IsFile(option, name);
  }

  void Add(const std::string& word, std::string text, std::string description) {
    if (!text.starts_with(word)) return;
    completion_.candidates.push_back(
        {.text = std::move(text), .description = std::move(description)});
  }

  // Of the command and of all around it.
  const CLI::Option* FindOption(const std::string& name) const {
    for (const CLI::App* app = command_; app != nullptr;
         app = app->get_parent()) {
      if (const CLI::Option* option = app->get_option_no_throw(name)) {
        return option;
      }
    }
    return nullptr;
  }

  const CLI::App* FindCommand(const std::string& name) const {
    for (const CLI::App* command : command_->get_subcommands({})) {
      if (command->get_name() == name) return command;
    }
    return nullptr;
  }

  const CLI::App* command_;
  const CLI::Option* open_option_ = nullptr;  // its value comes next
  int arguments_ = 0;
  Completion completion_;
};

}  // namespace

Completion Complete(const CLI::App& root,
                    const std::vector<std::string>& words) {
  return Completer(root).Run(words);
}

}  // namespace carousel::client
