// The rows of a skip-gram model as one of several threads reaches them.
#ifndef CAROUSEL_CORE_TEXT_SKIP_GRAM_SHARED_ROWS_H_
#define CAROUSEL_CORE_TEXT_SKIP_GRAM_SHARED_ROWS_H_

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "core/text/row_matrix.h"
#include "core/text/skip_gram_corpus.h"
#include "core/text/skip_gram_kernel.h"

namespace carousel {

// Works on copies, which are fetched and brought back by atomic pieces. Plain
// vector instructions on rows that another thread changes would be faster, and
// undefined behaviour. An input row is held while its word is within the window
// of the position at hand, an output row while its window is worked through.
// Not thread-safe; the matrices are not owned and may be shared.
class SharedRows {
 public:
  SharedRows(RowMatrix& inputs, RowMatrix& outputs, std::size_t window);

  void BeginText(std::span<const WordIndex> text);
  // From the position before, or to the first. Fetches and brings back what the
  // window takes in and leaves behind.
  void MoveTo(std::size_t position);
  void EndText();
  // Of a word within the window.
  float* input(std::size_t position) {
    return input_copies_.Row(slots_[position % slots_.size()]);
  }

  void TakeOutputs(std::span<const WordIndex> words);
  void GiveOutputsBack(std::span<const WordIndex> words);
  float* const* outputs() const { return taken_.data(); }

 private:
  // A copy of an input row, shared by the positions that have its word: two
  // copies would each lose what the other learns.
  struct Copy {
    WordIndex word = 0;
    std::size_t uses = 0;
  };

  void Fetch(std::size_t position);
  void BringBack(std::size_t position);

  RowMatrix& inputs_;
  RowMatrix& outputs_;
  const std::size_t window_;
  std::span<const WordIndex> text_;
  std::size_t begin_ = 0, end_ = 0;  // the positions that are held
  std::vector<Copy> copies_;
  std::vector<std::size_t> slots_;  // by position, its copy; a ring
  RowMatrix input_copies_, output_copies_;
  std::array<float*, kMaxSkipGramOutputs> taken_ = {};
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_SKIP_GRAM_SHARED_ROWS_H_
