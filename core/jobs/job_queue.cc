#include "core/jobs/job_queue.h"

#include <algorithm>
#include <utility>

namespace carousel {

void JobQueue::PushBack(const JobRecord& job) {
  waiting_.push_back({job.job, job.model});
}

void JobQueue::PushFront(const JobRecord& job) {
  waiting_.push_front({job.job, job.model});
}

std::optional<JobQueue::Ticket> JobQueue::Take() {
  const auto first = std::find_if(
      waiting_.begin(), waiting_.end(),
      [&](const Ticket& job) { return !taken_models_.contains(job.model); });
  if (first == waiting_.end()) return std::nullopt;
  Ticket ticket = std::move(*first);
  waiting_.erase(first);
  taken_models_.insert(ticket.model);
  return ticket;
}

void JobQueue::Release(std::string_view model) {
  if (const auto found = taken_models_.find(model);
      found != taken_models_.end()) {
    taken_models_.erase(found);
  }
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
