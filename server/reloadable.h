// What lies in files and is read again while the server runs.
#ifndef CAROUSEL_SERVER_RELOADABLE_H_
#define CAROUSEL_SERVER_RELOADABLE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/base/status_macros.h"
#include "logging/event_log.h"

namespace carousel {

// A T can be compared, and has Describe() and warnings() for the log.
// Thread-safe.
template <typename T>
class Reloadable {
 public:
  using Load = std::function<absl::StatusOr<T>()>;

  // Loads the value; an error of that is the caller's to tell. `what` is what
  // the log calls it, a plural.
  static absl::StatusOr<std::unique_ptr<Reloadable>> Create(
      std::string what, Load load, const EventLog& log) {
    ASSIGN_OR_RETURN(T value, load());
    return std::unique_ptr<Reloadable>(
        new Reloadable(std::move(what), std::move(load), log,
                       std::make_shared<const T>(std::move(value))));
  }

  // The newest value, the same object until it changes.
  std::shared_ptr<const T> Get() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return value_;
  }

  // Loads again. A value that is another takes the place of the former; an
  // error leaves that in place. Either is logged, an error that stays once.
  void Reload() EXCLUDES(loading_, mutex_) {
    // A file may be slow; who asks for the value does not wait for it.
    MutexLock loading(loading_);
    absl::StatusOr<T> value = load_();
    if (!value.ok()) return LogFailure(value.status());
    failure_ = absl::OkStatus();
    if (*value == *Get()) return;
    auto fresh = std::make_shared<const T>(*std::move(value));
    LogValue(*fresh);
    MutexLock lock(mutex_);
    value_ = std::move(fresh);
  }

 private:
  Reloadable(std::string what, Load load, const EventLog& log,
             std::shared_ptr<const T> value)
      : what_(std::move(what)),
        load_(std::move(load)),
        log_(log),
        value_(std::move(value)) {
    LogValue(*value_);
  }

  void LogValue(const T& value) const {
    log_.Info("loaded", {{"what", what_}, {"message", value.Describe()}});
    for (const std::string& warning : value.warnings()) {
      log_.Warn("loaded", {{"what", what_}, {"message", warning}});
    }
  }

  void LogFailure(const absl::Status& status) REQUIRES(loading_) {
    if (status == failure_) return;
    failure_ = status;
    log_.Error("not_loaded", {{"what", what_},
                              {"message", "they stay as they were"},
                              {"error", std::string(status.message())}});
  }

  const std::string what_;
  const Load load_;
  const EventLog& log_;
  Mutex loading_;
  absl::Status failure_ GUARDED_BY(loading_);
  mutable Mutex mutex_;
  std::shared_ptr<const T> value_ GUARDED_BY(mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_RELOADABLE_H_
