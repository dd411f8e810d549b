#include "core/text/row_matrix.h"

#include <algorithm>
#include <atomic>
#include <new>

namespace carousel {
namespace {

constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kFloatsPerLine = kCacheLine / sizeof(float);
constexpr std::size_t kPairsPerLine = kFloatsPerLine / 2;

}  // namespace

void RowMatrix::Free::operator()(Pair* pairs) const {
  ::operator delete[](pairs, std::align_val_t(kCacheLine));
}

RowMatrix::RowMatrix(std::size_t rows, std::size_t columns)
    : rows_(rows),
      columns_(columns),
      stride_((columns + kFloatsPerLine - 1) / kFloatsPerLine * kFloatsPerLine),
      pairs_(new (std::align_val_t(kCacheLine)) Pair[rows * stride_ / 2]) {}

float* RowMatrix::Row(std::size_t row) {
  return reinterpret_cast<float*>(PairsOf(row));
}

const float* RowMatrix::Row(std::size_t row) const {
  return reinterpret_cast<const float*>(PairsOf(row));
}

void RowMatrix::LoadRow(std::size_t row, RowMatrix& scratch,
                        std::size_t scratch_row) {
  static_assert(std::atomic_ref<Pair>::is_always_lock_free);
  Pair* const from = PairsOf(row);
  Pair* const to = scratch.PairsOf(scratch_row);
  const std::size_t pairs = stride_ / 2;
  for (std::size_t line = 0; line < pairs; line += kPairsPerLine) {
    for (std::size_t i = line; i < line + kPairsPerLine; ++i) {
      to[i] = std::atomic_ref(from[i]).load(std::memory_order_relaxed);
    }
  }
}

void RowMatrix::StoreRow(std::size_t row, const RowMatrix& scratch,
                         std::size_t scratch_row) {
  Pair* const to = PairsOf(row);
  const Pair* const from = scratch.PairsOf(scratch_row);
  const std::size_t pairs = stride_ / 2;
  for (std::size_t line = 0; line < pairs; line += kPairsPerLine) {
    for (std::size_t i = line; i < line + kPairsPerLine; ++i) {
      std::atomic_ref(to[i]).store(from[i], std::memory_order_relaxed);
    }
  }
}

std::vector<float> RowMatrix::Values() const {
  std::vector<float> values;
  values.reserve(rows_ * columns_);
  for (std::size_t row = 0; row < rows_; ++row) {
    values.insert(values.end(), Row(row), Row(row) + columns_);
  }
  return values;
}

void RowMatrix::SetValues(const std::vector<float>& values) {
  for (std::size_t row = 0; row < rows_; ++row) {
    std::copy_n(values.data() + row * columns_, columns_, Row(row));
  }
}

}  // namespace carousel
