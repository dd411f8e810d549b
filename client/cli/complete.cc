#include "client/cli/complete.h"

#include <cstdint>
#include <set>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/cli/command_line.h"
#include "client/cli/completion.h"
#include "client/cli/connection.h"
#include "client/cli/json_output.h"
#include "client/client.h"

namespace carousel::client {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(1);
constexpr std::int64_t kMostJobs = 100;  // the newest

using Names = std::vector<Candidate>;

template <typename Items>
Names NamesOf(const absl::StatusOr<Items>& items) {
  Names names;
  if (!items.ok()) return names;
  for (const auto& item : *items) names.push_back({.text = item.name()});
  return names;
}

// Bare names, and once somebody has typed "@" what may stand behind it.
Names ModelNames(const Client& client, const CallOptions& call,
                 const std::string& word) {
  const auto versions = client.ListModels("", call);
  if (!versions.ok()) return {};
  Names names;
  std::set<std::string> models;
  for (const v1::ModelVersion& version : *versions) {
    if (models.insert(version.model()).second) {
      names.push_back({.text = version.model()});
    }
    if (word.find('@') == std::string::npos) continue;
    const std::string model = version.model() + "@";
    names.push_back({.text = absl::StrCat(model, version.version())});
    for (const std::string& label : version.labels()) {
      names.push_back({.text = model + label});
    }
  }
  return names;
}

Names JobNames(const Client& client, const CallOptions& call) {
  const auto jobs = client.ListTrainingJobs(v1::TrainingJob::STATE_UNSPECIFIED,
                                            kMostJobs, call);
  Names names;
  if (!jobs.ok()) return names;
  for (const v1::TrainingJob& job : *jobs) {
    names.push_back({.text = job.job(),
                     .description = absl::StrCat(
                         job.model().empty() ? job.vectors() : job.model(),
                         ", ", StateName(job.state()))});
  }
  return names;
}

Names AskServer(NameKind kind, const std::string& word, const Client& client,
                const CallOptions& call) {
  switch (kind) {
    case NameKind::kDatasets:
      return NamesOf(client.ListDatasets(call));
    case NameKind::kVectors:
      return NamesOf(client.ListVectors(call));
    case NameKind::kModels:
      return ModelNames(client, call, word);
    case NameKind::kJobs:
      return JobNames(client, call);
    case NameKind::kNone:
      return {};
  }
  return {};
}

// As the words before say how to reach it.
absl::StatusOr<ClientOptions> Connection(
    const std::map<std::string, std::string>& options,
    const Environment& environment) {
  const auto value = [&options](const char* name) {
    const auto found = options.find(name);
    return found == options.end() ? "" : found->second;
  };
  ConnectionFlags flags;
  flags.server = value("server");
  if (flags.server.empty())
    flags.server = environment.variable(kServerVariable);
  if (flags.server.empty()) flags.server = kDefaultServer;
  flags.key_file = value("key_file");
  flags.tls = options.contains("tls");
  flags.tls_ca = value("tls_ca");
  flags.tls_cert = value("tls_cert");
  flags.tls_key = value("tls_key");
  return ResolveConnection(flags, environment);
}

}  // namespace

void PrintCompletion(const CLI::App& root,
                     const std::vector<std::string>& words,
                     const Environment& environment) {
  Completion completion = Complete(root, words);
  const auto connection = Connection(completion.options, environment);
  if (completion.names != NameKind::kNone && connection.ok()) {
    const std::string word = words.back().substr(completion.prefix.size());
    const CallOptions call = {.deadline = environment.clock.Now() + kPatience,
                              .stop = environment.stop};
    for (Candidate& name :
         AskServer(completion.names, word, Client(*connection), call)) {
      if (!name.text.starts_with(word)) continue;
      name.text = completion.prefix + name.text;
      completion.candidates.push_back(std::move(name));
    }
  }
  for (const auto& [text, description] : completion.candidates) {
    environment.out << text;
    if (!description.empty()) environment.out << '\t' << description;
    environment.out << '\n';
  }
  if (completion.files) environment.out << ":files\n";
  environment.out.flush();
}

}  // namespace carousel::client
