// Work on pieces by several threads, taken in the order of the pieces.
#ifndef CAROUSEL_CORE_BASE_IN_ORDER_H_
#define CAROUSEL_CORE_BASE_IN_ORDER_H_

#include <cstddef>
#include <exception>
#include <map>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "core/base/mutex.h"

namespace carousel {

// Next gives the next piece, a std::optional that is empty at the end; Work
// makes a result of one; Take gets the results in the order of their pieces,
// and is false when it wants no more. Next is never called by two threads at
// once, Work is called by any number, Take by the one that calls Run. What any
// of them throws, Run throws when no thread works any more. Pieces that were
// begun when Take wants no more are finished and their results lost.
template <typename Next, typename Work, typename Take>
class InOrder {
 public:
  InOrder(Next next, Work work, Take take)
      : next_(std::move(next)),
        work_(std::move(work)),
        take_(std::move(take)) {}

  // Returns when everything is taken. `threads` work; one works on the
  // calling thread.
  void Run(int threads) {
    if (threads <= 1) return RunAlone();
    // So many results may wait to be taken.
    ahead_ = 2 * static_cast<std::size_t>(threads);
    {
      std::vector<std::jthread> workers;
      // Before they are joined, whatever happens.
      const auto end = absl::MakeCleanup([this] { End(nullptr); });
      try {
        for (int i = 0; i < threads; ++i) {
          workers.emplace_back([this] { Loop(); });
        }
      } catch (const std::system_error&) {
        // The machine gives no more threads; those that are there do.
        if (workers.empty()) return RunAlone();
      }
      TakeAll();
    }
    MutexLock lock(mutex_);
    if (failure_ != nullptr) std::rethrow_exception(failure_);
  }

 private:
  using Piece = typename decltype(std::declval<Next>()())::value_type;
  using Result = decltype(std::declval<Work>()(std::declval<Piece>()));

  void RunAlone() {
    for (auto piece = next_(); piece.has_value(); piece = next_()) {
      if (!take_(work_(*std::move(piece)))) return;
    }
  }

  void Loop() {
    try {
      while (auto piece = Begin()) {
        Result result = work_(std::move(piece->second));
        MutexLock lock(mutex_);
        results_.emplace(piece->first, std::move(result));
        changed_.NotifyAll();
      }
    } catch (...) {
      End(std::current_exception());
    }
  }

  // The next piece and its number, when its result may wait.
  std::optional<std::pair<std::size_t, Piece>> Begin() {
    MutexLock lock(mutex_);
    while (!at_end_ && begun_ >= taken_ + ahead_) changed_.Wait(mutex_);
    std::optional<Piece> piece;
    if (!at_end_) piece = next_();
    if (!piece.has_value()) {
      at_end_ = true;
      changed_.NotifyAll();
      return std::nullopt;
    }
    return std::pair(begun_++, *std::move(piece));
  }

  // No piece is begun any more.
  void End(std::exception_ptr failure) {
    MutexLock lock(mutex_);
    if (failure_ == nullptr) failure_ = std::move(failure);
    at_end_ = true;
    changed_.NotifyAll();
  }

  void TakeAll() {
    while (std::optional<Result> result = WaitForNext()) {
      if (!take_(*std::move(result))) return;
    }
  }

  // Nothing when all is taken, or what is missing will never come.
  std::optional<Result> WaitForNext() {
    MutexLock lock(mutex_);
    for (;;) {
      if (failure_ != nullptr) return std::nullopt;
      if (auto first = results_.extract(taken_)) {
        ++taken_;
        changed_.NotifyAll();
        return std::move(first.mapped());
      }
      if (at_end_ && taken_ == begun_) return std::nullopt;
      changed_.Wait(mutex_);
    }
  }

  Next next_;
  const Work work_;
  Take take_;
  std::size_t ahead_ = 0;
  Mutex mutex_;
  CondVar changed_;
  std::size_t begun_ GUARDED_BY(mutex_) = 0;
  std::size_t taken_ GUARDED_BY(mutex_) = 0;
  bool at_end_ GUARDED_BY(mutex_) = false;
  std::exception_ptr failure_ GUARDED_BY(mutex_);
  std::map<std::size_t, Result> results_ GUARDED_BY(mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_IN_ORDER_H_
