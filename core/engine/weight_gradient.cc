#include "core/engine/weight_gradient.h"

#include <algorithm>

namespace carousel {

void SumWeightGradient(const WeightGradientSums& sums, int shares,
                       float* gradient, const ParallelFor& parallel) {
  constexpr std::int64_t kGates = 4;
  std::fill_n(gradient, sums.inputs * sums.outputs, 0.0F);
  const auto panels =
      static_cast<int>(sums.outputs / (kGates * sums.kernels->lanes));
  parallel(shares, [&](int share) {
    sums.kernels->add_weight_gradient(
        {.inputs = static_cast<int>(sums.inputs),
         .first_panel = panels * share / shares,
         .end_panel = panels * (share + 1) / shares,
         .positions = static_cast<std::ptrdiff_t>(sums.x.size()),
         .x = sums.x.data(),
         .d_maps = sums.d_maps.data(),
         .gate_row = static_cast<std::ptrdiff_t>(sums.outputs),
         .gradient = gradient});
  });
}

}  // namespace carousel
