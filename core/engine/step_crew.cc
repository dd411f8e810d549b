#include "core/engine/step_crew.h"

#include <algorithm>
#include <new>
#include <system_error>

namespace carousel {
namespace {

constexpr std::uint64_t Pack(int first, int end) {
  return static_cast<std::uint64_t>(end) << 32U |
         static_cast<std::uint64_t>(first);
}
constexpr int FirstOf(std::uint64_t piece) {
  return static_cast<int>(piece & 0xFFFFFFFFU);
}
constexpr int EndOf(std::uint64_t piece) {
  return static_cast<int>(piece >> 32U);
}

// Waits between two looks at a number that another thread is about to change: a
// few microseconds by itself, then letting others have the core.
class Patience {
 public:
  void Wait() {
    constexpr int kLooks = 1000;
    if (looks_ == kLooks) return std::this_thread::yield();
    ++looks_;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

 private:
  int looks_ = 0;
};

}  // namespace

StepCrew::StepCrew(int threads) {
  const int most = std::min(threads, kMostThreads);
  try {
    for (int i = 1; i < most; ++i) helpers_.emplace_back([this] { Help(); });
  } catch (const std::system_error&) {
    // No threads left: those that there are will do.
  }
}

StepCrew::~StepCrew() {
  order_ = kEnd;
  order_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void StepCrew::Help() {
  while (true) {
    order_.wait(kSleep);
    Patience patience;
    int order = order_;
    while (order == kHelp) {
      if (MakePiece(/*from_back=*/true)) {
        patience = Patience();
      } else {
        patience.Wait();
      }
      order = order_;
    }
    if (order == kEnd) return;
  }
}

void StepCrew::Share(int panels, Panels make) {
  const int threads = static_cast<int>(helpers_.size()) + 1;
  make_ = &make;
  // Small enough that nobody waits long for the last one; even, since a row
  // meets two panels at once.
  piece_ = std::max(2, panels / (4 * threads) / 2 * 2);
  not_done_.store(panels, std::memory_order_relaxed);
  unbegun_.store(Pack(0, panels), std::memory_order_release);
  while (MakePiece(/*from_back=*/false)) {
  }
  Patience patience;
  while (not_done_.load(std::memory_order_acquire) != 0) patience.Wait();
  if (failed_.exchange(false)) throw std::bad_alloc();
}

bool StepCrew::MakePiece(bool from_back) {
  std::uint64_t unbegun = unbegun_.load(std::memory_order_acquire);
  int first = 0;
  int end = 0;
  std::uint64_t rest = 0;
  do {
    first = FirstOf(unbegun);
    end = EndOf(unbegun);
    if (first >= end) return false;
    if (from_back) {
      rest = Pack(first, std::max(first, end - piece_));
      first = EndOf(rest);
    } else {
      rest = Pack(std::min(end, first + piece_), end);
      end = FirstOf(rest);
    }
  } while (!unbegun_.compare_exchange_weak(
      unbegun, rest, std::memory_order_acq_rel, std::memory_order_acquire));
  try {
    (*make_)(first, end);
  } catch (const std::bad_alloc&) {
    failed_ = true;
  }
  not_done_.fetch_sub(end - first, std::memory_order_release);
  return true;
}

StepCrew::Loop::Loop(StepCrew* crew) : crew_(crew) {
  if (crew_ != nullptr) ++crew_->loops_;
}

StepCrew::Loop::~Loop() {
  GiveBack();
  if (crew_ != nullptr) --crew_->loops_;
}

void StepCrew::Loop::GiveBack() {
  if (has_helpers_) crew_->order_ = kSleep;
  has_helpers_ = false;
}

void StepCrew::Loop::MakeStep(std::ptrdiff_t rows, int panels, Panels make) {
  const bool alone = crew_ != nullptr && !crew_->helpers_.empty() &&
                     rows <= kFewRows && crew_->loops_ == 1;
  if (!alone) {
    GiveBack();
    return make(0, panels);
  }
  if (!has_helpers_) {
    // They are free: a loop gives them back before it is gone.
    has_helpers_ = true;
    crew_->order_ = kHelp;
    crew_->order_.notify_all();
  }
  crew_->Share(panels, make);
}

}  // namespace carousel
