#include "client/cli/job_output.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/key_values.h"
#include "client/cli/table.h"

namespace carousel::client {
namespace {

const std::vector<Column>& EpochColumns() {
  static const auto& columns = *new std::vector<Column>{
      {"EPOCH", Align::kRight, 5},    {"TRAIN LOSS", Align::kRight, 10},
      {"ACCURACY", Align::kRight, 9}, {"VALIDATION LOSS", Align::kRight, 15},
      {"ACCURACY", Align::kRight, 9}, {"TOKENS/S", Align::kRight, 9},
      {"TIME", Align::kRight, 6}};
  return columns;
}

std::string Version(const v1::TrainingJob& job) {
  if (job.kind() == v1::TrainingJob::KIND_VECTORS) {
    return absl::StrCat("vectors ", job.vectors());
  }
  return job.has_version() ? absl::StrCat(job.model(), "@", job.version())
                           : job.model();
}

// "-" for what the job does not measure.
std::string Loss(double loss) {
  return std::isnan(loss) ? "-" : absl::StrFormat("%.4f", loss);
}
std::string Share(double share) {
  return std::isnan(share) ? "-" : FormatShare(share);
}

std::string EpochOf(const v1::TrainingJob& job) {
  return absl::StrCat(job.epoch(), "/", job.epochs());
}

std::string Best(const v1::TrainingJob& job) {
  return job.has_best_validation_accuracy()
             ? FormatShare(job.best_validation_accuracy())
             : "-";
}

// What lies between now and the job's end, or its beginning.
std::string Ahead(const v1::TrainingJob& job) {
  if (job.has_remaining_seconds()) {
    return FormatSeconds(job.remaining_seconds());
  }
  return job.has_queue_position() ? JobsAhead(job) : "";
}

}  // namespace

std::string JobsAhead(const v1::TrainingJob& job) {
  return absl::StrCat(FormatCount(job.queue_position()),
                      job.queue_position() == 1 ? " job" : " jobs");
}

void PrintJobFields(const v1::TrainingJob& job, JobDetail detail,
                    std::ostream& out) {
  std::vector<std::pair<std::string, std::string>> fields = {
      {"job", job.job()}, {"trains", Version(job)}, {"dataset", job.dataset()}};
  if (job.kind() != v1::TrainingJob::KIND_VECTORS) {
    fields[1].first = "model";
    fields.emplace_back("vectors", job.vectors());
  }
  fields.insert(
      fields.end(),
      {{"state",
        absl::StrCat(StateName(job.state()),
                     job.cancel_requested() &&
                             job.state() == v1::TrainingJob::STATE_RUNNING
                         ? " (stops soon)"
                         : "")},
       {"epoch", EpochOf(job)}});
  if (job.has_remaining_seconds()) {
    fields.emplace_back("time left", FormatSeconds(job.remaining_seconds()));
  }
  if (job.has_queue_position()) {
    fields.emplace_back("before it", JobsAhead(job));
  }
  if (job.has_best_epoch()) {
    fields.emplace_back("best epoch",
                        absl::StrCat(job.best_epoch(), ", ", Best(job),
                                     " right on validation"));
  }
  if (job.has_tokens_per_second()) {
    fields.emplace_back("tokens/s",
                        absl::StrFormat("%.0f", job.tokens_per_second()));
  }
  if (!job.error().empty()) fields.emplace_back("error", job.error());
  fields.emplace_back("created", FormatTimestamp(job.created_at()));
  if (job.has_started_at()) {
    fields.emplace_back("started", FormatTimestamp(job.started_at()));
  }
  if (job.has_ended_at()) {
    fields.emplace_back("ended", FormatTimestamp(job.ended_at()));
  }
  if (detail == JobDetail::kAll && !job.hyperparameters().empty()) {
    AddKeyValues(fields, "settings", job.hyperparameters());
  }
  PrintFields(out, fields);
}

void PrintJobTable(const std::vector<v1::TrainingJob>& jobs,
                   std::ostream& out) {
  Table table({{"JOB"},
               {"MODEL"},
               {"STATE"},
               {"EPOCH", Align::kRight},
               {"BEST", Align::kRight},
               {"AHEAD", Align::kRight},
               {"CREATED"},
               {"ERROR"}});
  for (const v1::TrainingJob& job : jobs) {
    table.AddRow({job.job(), Version(job), StateName(job.state()), EpochOf(job),
                  Best(job), Ahead(job), FormatTimestamp(job.created_at()),
                  ShortText(job.error(), 60)});
  }
  table.Print(out);
}

void PrintEpochTitles(std::ostream& out) {
  std::vector<std::string> titles;
  for (const Column& column : EpochColumns()) titles.push_back(column.title);
  PrintRow(out, EpochColumns(), titles);
}

void PrintEpoch(const v1::Epoch& epoch, std::ostream& out) {
  PrintRow(out, EpochColumns(),
           {absl::StrCat(epoch.epoch()), Loss(epoch.train_loss()),
            Share(epoch.train_accuracy()), Loss(epoch.validation_loss()),
            Share(epoch.validation_accuracy()),
            FormatCount(static_cast<std::int64_t>(epoch.tokens_per_second())),
            FormatSeconds(epoch.seconds())});
}

void PrintJob(const v1::TrainingJob& job, Session& session, JobDetail detail) {
  if (session.json()) {
    session.PrintJson(ToJson(job));
  } else {
    PrintJobFields(job, detail, session.console().out());
  }
}

}  // namespace carousel::client
