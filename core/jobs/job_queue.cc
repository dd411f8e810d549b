#include "core/jobs/job_queue.h"

#include <algorithm>
#include <utility>

namespace carousel {

void JobQueue::PushBack(const JobRecord& job) {
  waiting_.push_back({job.job, OutputOf(job)});
}

void JobQueue::PushFront(const JobRecord& job) {
  waiting_.push_front({job.job, OutputOf(job)});
}

std::optional<JobQueue::Ticket> JobQueue::Take() {
  const auto first = std::find_if(
      waiting_.begin(), waiting_.end(),
      [&](const Ticket& job) { return !taken_.contains(job.output); });
  if (first == waiting_.end()) return std::nullopt;
  Ticket ticket = std::move(*first);
  waiting_.erase(first);
  taken_.insert(ticket.output);
  return ticket;
}

void JobQueue::Release(std::string_view output) {
  if (const auto found = taken_.find(output); found != taken_.end()) {
    taken_.erase(found);
  }
}

std::string JobQueue::OutputOf(const JobRecord& job) {
  // A name has no space in it.
  return job.kind == JobKind::kVectors ? "vectors " + job.vectors : job.model;
}

bool JobQueue::Remove(std::string_view job) {
  return std::erase_if(waiting_, [&](const Ticket& ticket) {
           return ticket.job == job;
         }) > 0;
}

bool JobQueue::Contains(std::string_view job) const {
  return Position(job).has_value();
}

std::optional<std::int64_t> JobQueue::Position(std::string_view job) const {
  const auto found =
      std::find_if(waiting_.begin(), waiting_.end(),
                   [&](const Ticket& ticket) { return ticket.job == job; });
  if (found == waiting_.end()) return std::nullopt;
  return found - waiting_.begin();
}

}  // namespace carousel
