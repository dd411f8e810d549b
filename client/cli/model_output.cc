#include "client/cli/model_output.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/key_values.h"
#include "client/cli/table.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string OrDash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string ValidationAccuracy(const v1::ModelVersion& version) {
  return version.has_validation_accuracy()
             ? FormatShare(version.validation_accuracy())
             : "-";
}

std::string Memory(const v1::ModelVersion& version) {
  return version.loaded() ? FormatBytes(version.memory_bytes()) : "not loaded";
}

std::string LastUsed(const v1::ModelVersion& version) {
  return version.has_last_used_at() ? FormatTimestamp(version.last_used_at())
                                    : "not since the server started";
}

Fields FieldsOf(const v1::ModelVersion& version) {
  return {{"model", version.model()},
          {"version", absl::StrCat(version.version())},
          {"labels", OrDash(absl::StrJoin(version.labels(), ", "))},
          {"memory", Memory(version)},
          {"last used", LastUsed(version)},
          {"job", OrDash(version.job())},
          {"dataset", OrDash(version.dataset())},
          {"vectors", OrDash(version.vectors())},
          {"validation accuracy", ValidationAccuracy(version)},
          {"size", FormatBytes(version.bytes())},
          {"published", FormatTimestamp(version.created_at())}};
}

// Hyper-parameters have a section of their own.
std::string WithoutHyperParameters(const std::string& provenance) {
  auto json = nlohmann::ordered_json::parse(provenance, nullptr,
                                            /*allow_exceptions=*/false);
  if (!json.is_object()) return provenance;
  json.erase("hyperparameters");
  return json.dump();
}

// Lines of "key=value" under a title; nothing when there are none.
void PrintSection(const std::string& title, const std::string& json,
                  std::ostream& out) {
  constexpr int kColumns = 78;
  const std::vector<std::string> lines = KeyValueLines(json, kColumns);
  if (lines.empty() || json.empty()) return;
  out << "\n" << title << "\n";
  for (const std::string& line : lines) out << "  " << line << "\n";
}

void PrintFiles(const v1::GetModelResponse& model, std::ostream& out) {
  out << "\nFiles\n";
  Table table({{"  NAME"}, {"SIZE", Align::kRight}, {"SHA-256"}});
  for (const v1::ModelFile& file : model.files()) {
    table.AddRow({absl::StrCat("  ", file.name()), FormatBytes(file.bytes()),
                  file.sha256()});
  }
  table.Print(out);
}

}  // namespace

absl::StatusOr<ExitCode> PrintVersion(
    const absl::StatusOr<v1::ModelVersion>& version, Session& session) {
  RETURN_IF_ERROR(version.status());
  if (session.json()) {
    session.PrintJson(ToJson(*version));
  } else {
    PrintFields(session.console().out(), FieldsOf(*version));
  }
  return ExitCode::kDone;
}

void PrintVersionTable(const std::vector<v1::ModelVersion>& versions,
                       std::ostream& out) {
  Table table({{"MODEL"},
               {"VERSION", Align::kRight},
               {"LABELS"},
               {"LOADED"},
               {"VALIDATION", Align::kRight},
               {"DATASET"},
               {"SIZE", Align::kRight},
               {"PUBLISHED"}});
  for (const v1::ModelVersion& version : versions) {
    table.AddRow({version.model(), absl::StrCat(version.version()),
                  absl::StrJoin(version.labels(), ", "),
                  version.loaded() ? "yes" : "no", ValidationAccuracy(version),
                  version.dataset(), FormatBytes(version.bytes()),
                  FormatTimestamp(version.created_at())});
  }
  table.Print(out);
}

void PrintModelPage(const v1::GetModelResponse& model, std::ostream& out) {
  Fields fields = FieldsOf(model.version());
  std::string title = "used by";
  for (const std::string& user : model.used_by()) {
    fields.emplace_back(std::exchange(title, ""), user);
  }
  PrintFields(out, fields);
  PrintSection("Hyper-parameters", model.hyperparameters(), out);
  PrintSection("Configuration", model.config(), out);
  PrintSection("Measures", model.metrics(), out);
  PrintSection("Provenance", WithoutHyperParameters(model.provenance()), out);
  PrintFiles(model, out);
}

}  // namespace carousel::client
