#include "core/engine/step_crew.h"

#include <algorithm>
#include <new>
#include <system_error>

namespace carousel {
namespace {

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
    for (int i = 1; i < most; ++i) threads_.emplace_back([this] { Help(); });
  } catch (const std::system_error&) {
    // No threads left: those that there are will do.
  }
}

StepCrew::~StepCrew() {
  order_ = kEnd;
  order_.notify_all();
  for (std::thread& helper : threads_) helper.join();
}

void StepCrew::Help() {
  while (true) {
    order_.wait(kSleep);
    Patience patience;
    int order = order_;
    while (order == kHelp) {
      if (MakePieces(helpers_, owner_)) {
        patience = Patience();
      } else {
        patience.Wait();
      }
      order = order_;
    }
    if (order == kEnd) return;
  }
}

void StepCrew::MakeTogether(int panels, bool last_first, Panels make) {
  const int threads = static_cast<int>(threads_.size()) + 1;
  const auto own = static_cast<std::uint16_t>(panels / threads / 2 * 2);
  make_ = &make;
  // Small enough that nobody waits long for the last one; even, since a row
  // meets two panels at once.
  const int piece = std::max(2, panels / (4 * threads) / 2 * 2);
  cut_.store(
      {.panels = static_cast<std::int16_t>(piece), .last_first = last_first},
      std::memory_order_relaxed);
  owner_.done.store(0, std::memory_order_relaxed);
  helpers_.done.store(0, std::memory_order_relaxed);
  helpers_.unbegun.store(
      {.first = own, .end = static_cast<std::uint16_t>(panels)},
      std::memory_order_release);
  owner_.unbegun.store({.first = 0, .end = own}, std::memory_order_release);
  MakePieces(owner_, helpers_);
  Patience patience;
  while (owner_.done.load(std::memory_order_acquire) +
             helpers_.done.load(std::memory_order_acquire) !=
         panels) {
    patience.Wait();
  }
  if (failed_.exchange(false)) throw std::bad_alloc();
}

bool StepCrew::MakePieces(Share& own, Share& other) {
  int pieces = 0;
  while (MakePiece(own, /*in_order=*/true)) ++pieces;
  if (pieces == 0 && &own == &helpers_) return false;
  while (MakePiece(other, /*in_order=*/false)) ++pieces;
  return pieces != 0;
}

bool StepCrew::MakePiece(Share& share, bool in_order) {
  Range unbegun = share.unbegun.load(std::memory_order_acquire);
  Range piece;
  Range rest;
  do {
    // Of the step whose panels were seen, or a later one.
    const Cut cut = cut_.load(std::memory_order_relaxed);
    const int size = std::min<int>(cut.panels, unbegun.end - unbegun.first);
    if (size <= 0) return false;
    piece = rest = unbegun;
    if (cut.last_first == in_order) {
      piece.first = rest.end = static_cast<std::uint16_t>(unbegun.end - size);
    } else {
      piece.end = rest.first = static_cast<std::uint16_t>(unbegun.first + size);
    }
  } while (!share.unbegun.compare_exchange_weak(
      unbegun, rest, std::memory_order_acq_rel, std::memory_order_acquire));
  try {
    (*make_)(piece.first, piece.end);
  } catch (const std::bad_alloc&) {
    failed_ = true;
  }
  share.done.fetch_add(piece.end - piece.first, std::memory_order_release);
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

void StepCrew::Loop::MakeStep(std::ptrdiff_t rows, int panels, bool last_first,
                              Panels make) {
  const bool alone = crew_ != nullptr && !crew_->threads_.empty() &&
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
  crew_->MakeTogether(panels, last_first, make);
}

}  // namespace carousel
