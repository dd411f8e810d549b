// Jobs and epochs, for people.
#ifndef CAROUSEL_CLIENT_CLI_JOB_OUTPUT_H_
#define CAROUSEL_CLIENT_CLI_JOB_OUTPUT_H_

#include <ostream>
#include <string>
#include <vector>

#include "carousel/v1/training.pb.h"
#include "client/cli/session.h"

namespace carousel::client {

// Its settings are many: they are for whoever asks about a job, not for
// whoever has just started or watched it.
enum class JobDetail { kWithoutSettings, kAll };

// Of a job that is queued: "1 job", "12 jobs".
std::string JobsAhead(const v1::TrainingJob& job);

// What there is to say about one job.
void PrintJobFields(const v1::TrainingJob& job, JobDetail detail,
                    std::ostream& out);

// One line a job.
void PrintJobTable(const std::vector<v1::TrainingJob>& jobs, std::ostream& out);

// The titles, and one epoch, of a table that grows while training goes on.
void PrintEpochTitles(std::ostream& out);
void PrintEpoch(const v1::Epoch& epoch, std::ostream& out);

// The job as JSON if that was asked for, else its fields.
void PrintJob(const v1::TrainingJob& job, Session& session,
              JobDetail detail = JobDetail::kWithoutSettings);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_JOB_OUTPUT_H_
