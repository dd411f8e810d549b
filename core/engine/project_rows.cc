#include "core/engine/project_rows.h"

#include <algorithm>
#include <vector>

namespace carousel {
namespace {

constexpr std::int64_t kGates = 4;

// Whole tiles of every vector unit; few enough that their inputs stay in the
// second cache while all panels meet them.
constexpr std::int64_t kChunkRows = 96;

void ProjectChunk(const ProjectRowsArgs& args, std::int64_t first,
                  std::int64_t end) {
  std::vector<const float*> x;
  std::vector<float*> out;
  for (std::int64_t row = first; row < end; ++row) {
    x.push_back(args.x + row * args.inputs);
    out.push_back(args.out + row * args.outputs);
  }
  args.kernels->project({.weights = args.weights,
                         .bias = args.bias,
                         .inputs = static_cast<int>(args.inputs),
                         .end_panel = static_cast<int>(
                             args.outputs / (kGates * args.kernels->lanes)),
                         .rows = static_cast<std::ptrdiff_t>(x.size()),
                         .x = x.data(),
                         .out = out.data()});
}

}  // namespace

void ProjectRows(const ProjectRowsArgs& args, const ParallelFor& parallel) {
  const std::int64_t chunks = (args.rows + kChunkRows - 1) / kChunkRows;
  parallel(static_cast<int>(chunks), [&](int chunk) {
    const std::int64_t first = chunk * kChunkRows;
    ProjectChunk(args, first, std::min(args.rows, first + kChunkRows));
  });
}

}  // namespace carousel
