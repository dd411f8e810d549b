// The jobs that wait for a slot, and which models and vectors are being
// trained.
#ifndef CAROUSEL_CORE_JOBS_JOB_QUEUE_H_
#define CAROUSEL_CORE_JOBS_JOB_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/store/records.h"

namespace carousel {

// First in, first out, but one job at a time for a model, or for vectors of one
// name: a job whose model is taken lets those behind it pass. Not thread-safe.
class JobQueue {
 public:
  void PushBack(const JobRecord& job);
  // For a job that was interrupted: it goes on before new ones start.
  void PushFront(const JobRecord& job);

  // The id of the first job whose model is free, and takes the model. Nothing
  // when no job may run.
  struct Ticket {
    std::string job;
    std::string output;  // as OutputOf has it
  };
  std::optional<Ticket> Take();
  // Gives the model back.
  void Release(std::string_view output);
  // A model's name, or what says which vectors.
  static std::string OutputOf(const JobRecord& job);

  // False when it does not wait here.
  bool Remove(std::string_view job);
  bool Contains(std::string_view job) const;
  // How many wait in front of it; nothing when it does not wait here.
  std::optional<std::int64_t> Position(std::string_view job) const;
  std::size_t size() const { return waiting_.size(); }
  void Clear() { waiting_.clear(); }

 private:
  std::deque<Ticket> waiting_;
  std::set<std::string, std::less<>> taken_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_JOBS_JOB_QUEUE_H_
