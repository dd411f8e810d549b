// Threads that make the steps of a lone text together, each some of the hidden
// units. Many texts share the cores by rows, a loop a core (reading_loop.h);
// one text has but one row, and its weights are more than a core's own cache
// holds: two idle cores with half of them each are nearly twice as fast.
#ifndef CAROUSEL_CORE_ENGINE_STEP_CREW_H_
#define CAROUSEL_CORE_ENGINE_STEP_CREW_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"

namespace carousel {

// Helpers sleep until a loop is the only one at work and has few rows; from
// then on they watch for its steps, until it ends or finds at a step that
// another loop has begun or rows have come. They take pieces of a step that
// nobody has begun, so one that the system puts aside between two pieces is not
// waited for; within a piece it is. Thread-safe.
class StepCrew {
 public:
  // Rows up to which a step is shared.
  static constexpr std::ptrdiff_t kFewRows = 2;
  // Some panels of a step: [first, end).
  using Panels = absl::FunctionRef<void(int first, int end)>;

  // More would fight over the few pieces of a step.
  static constexpr int kMostThreads = 4;

  // For loops that may use so many threads together, one of which is the
  // loop's own. Makes do with fewer where the system has no more.
  explicit StepCrew(int threads);
  // No loop may be at work.
  ~StepCrew();
  StepCrew(const StepCrew&) = delete;
  StepCrew& operator=(const StepCrew&) = delete;

  // A loop at work, on its thread.
  class Loop {
   public:
    // Without a crew it makes all steps alone.
    explicit Loop(StepCrew* crew);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // Has `make` make all of [0, panels), in pieces and on several threads at
    // once where that is possible, each of which goes from its first panel to
    // its last, or with `last_first` back. Throws std::bad_alloc when a piece
    // did.
    void MakeStep(std::ptrdiff_t rows, int panels, bool last_first,
                  Panels make);

   private:
    void GiveBack();

    StepCrew* const crew_;
    bool has_helpers_ = false;
  };

 private:
  // What the helpers do.
  enum Order : int { kSleep, kHelp, kEnd };

  // Panels that nobody has begun.
  struct Range {
    std::uint16_t first = 0;
    std::uint16_t end = 0;
  };
  // How a step is cut into pieces.
  struct Cut {
    std::int16_t panels = 2;  // of a piece
    bool last_first = false;
  };
  // The panels of the loop that owns the step, or those of the helpers: so a
  // core meets the same weights at every step (of two; several helpers take
  // from one share), and mostly only its own cache lines.
  struct alignas(64) Share {
    std::atomic<Range> unbegun = Range();
    std::atomic<int> done = 0;
  };

  void Help();
  void MakeTogether(int panels, bool last_first, Panels make);
  // Makes what is left of one's own share and then pieces of the other, those
  // that its owners would come to last. A helper that found none of its own
  // does not look at the other: between steps it would take the owner's cache
  // line away for nothing. Whether there was anything.
  bool MakePieces(Share& own, Share& other);
  // Makes a piece, if one is left: in the step's order, or from its other end.
  bool MakePiece(Share& share, bool in_order);

  // What all look at all the time has cache lines of its own.
  alignas(64) std::atomic<int> order_ = kSleep;
  std::atomic<int> loops_ = 0;  // at work
  // Of the step that is open.
  Share owner_;
  Share helpers_;
  std::atomic<Cut> cut_ = Cut();
  // Read by whoever has got a piece, written while no piece is out.
  const Panels* make_ = nullptr;
  std::atomic<bool> failed_ = false;

  std::vector<std::thread> threads_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_STEP_CREW_H_
