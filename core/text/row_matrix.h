// A matrix of floats whose rows are padded with zeros to whole cache lines.
#ifndef CAROUSEL_CORE_TEXT_ROW_MATRIX_H_
#define CAROUSEL_CORE_TEXT_ROW_MATRIX_H_

#include <complex>
#include <cstddef>
#include <memory>
#include <vector>

namespace carousel {

// Either one thread at a time uses Row(), or any number of them use LoadRow()
// and StoreRow(), which are atomic a pair of numbers at a time: threads that
// meet in a row lose some of each other's changes, but neither numbers nor
// defined behaviour.
class RowMatrix {
 public:
  // All zeros.
  RowMatrix(std::size_t rows, std::size_t columns);

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  std::size_t stride() const { return stride_; }  // numbers a row

  float* Row(std::size_t row);
  const float* Row(std::size_t row) const;
  // Between a row and one of `scratch`, which has the same stride and is this
  // thread's own.
  void LoadRow(std::size_t row, RowMatrix& scratch, std::size_t scratch_row);
  void StoreRow(std::size_t row, const RowMatrix& scratch,
                std::size_t scratch_row);

  // [rows, columns], row-major, without the padding.
  std::vector<float> Values() const;
  // Reads them back; `values` has as many.
  void SetValues(const std::vector<float>& values);

 private:
  // A pair of floats that may be used as two (as the standard says of
  // std::complex) and is an atomic word.
  using Pair = std::complex<float>;
  struct Free {
    void operator()(Pair* pairs) const;
  };

  Pair* PairsOf(std::size_t row) const {
    return pairs_.get() + row * (stride_ / 2);
  }

  std::size_t rows_, columns_, stride_;
  std::unique_ptr<Pair[], Free> pairs_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_ROW_MATRIX_H_
