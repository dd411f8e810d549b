#include "client/watch_mailbox.h"

#include <utility>

namespace carousel::client {

void WatchMailbox::Put(WatchEvent event) {
  MutexLock lock(mutex_);
  if (!events_.empty() &&
      std::holds_alternative<v1::TrainingProgress>(events_.back())) {
    events_.pop_back();
  }
  if (!events_.empty() && std::holds_alternative<WatchStage>(event) &&
      std::holds_alternative<WatchStage>(events_.back())) {
    events_.pop_back();
  }
  events_.push_back(std::move(event));
  changed_.NotifyOne();
}

WatchEvent WatchMailbox::Take() {
  MutexLock lock(mutex_);
  while (events_.empty()) changed_.Wait(mutex_);
  WatchEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace carousel::client
