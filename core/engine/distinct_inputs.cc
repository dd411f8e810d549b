#include "core/engine/distinct_inputs.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace carousel {
namespace {

// `visit(row, place)` for each token.
template <typename Visit>
void ForEachPlace(std::span<const std::int64_t> lengths, std::int64_t time,
                  const Visit& visit) {
  for (std::size_t row = 0; row < lengths.size(); ++row) {
    const std::int64_t begin = static_cast<std::int64_t>(row) * time;
    for (std::int64_t place = begin; place < begin + lengths[row]; ++place) {
      visit(static_cast<std::int64_t>(row), place);
    }
  }
}

DistinctInputs NoInputs(std::size_t rows, std::int64_t time) {
  DistinctInputs inputs;
  inputs.at.assign(rows * static_cast<std::size_t>(time), -1);
  return inputs;
}

std::int64_t AddInput(std::int64_t place, DistinctInputs& inputs) {
  inputs.first.push_back(place);
  return static_cast<std::int64_t>(inputs.first.size()) - 1;
}

// The positions by their source: those of input i are
// positions[begin[i]] ... positions[begin[i + 1] - 1], in order.
struct PositionsBySource {
  std::vector<std::int64_t> begin;
  std::vector<std::int64_t> positions;
};
PositionsBySource Group(std::span<const std::int64_t> sources,
                        std::int64_t inputs) {
  PositionsBySource groups;
  groups.begin.assign(inputs + 1, 0);
  for (const std::int64_t source : sources) ++groups.begin[source + 1];
  for (std::int64_t i = 0; i < inputs; ++i) {
    groups.begin[i + 1] += groups.begin[i];
  }
  std::vector<std::int64_t> next = groups.begin;
  groups.positions.resize(sources.size());
  for (std::size_t p = 0; p < sources.size(); ++p) {
    groups.positions[next[sources[p]]++] = static_cast<std::int64_t>(p);
  }
  return groups;
}

}  // namespace

DistinctInputs FindDistinctTokens(std::span<const std::int64_t> tokens,
                                  std::span<const std::int64_t> lengths,
                                  std::int64_t time, bool per_text) {
  DistinctInputs inputs = NoInputs(lengths.size(), time);
  absl::flat_hash_map<std::pair<std::int64_t, std::int64_t>, std::int64_t>
      known;
  ForEachPlace(lengths, time, [&](std::int64_t row, std::int64_t place) {
    const auto [found, is_new] =
        known.try_emplace({tokens[place], per_text ? row : 0}, 0);
    if (is_new) found->second = AddInput(place, inputs);
    inputs.at[place] = found->second;
  });
  return inputs;
}

DistinctInputs EveryInput(std::span<const std::int64_t> lengths,
                          std::int64_t time) {
  DistinctInputs inputs = NoInputs(lengths.size(), time);
  ForEachPlace(lengths, time, [&](std::int64_t /*row*/, std::int64_t place) {
    inputs.at[place] = AddInput(place, inputs);
  });
  return inputs;
}

std::vector<std::int64_t> SourcesOf(const DistinctInputs& inputs,
                                    std::span<const std::int64_t> places) {
  std::vector<std::int64_t> sources;
  sources.reserve(places.size());
  for (const std::int64_t place : places) sources.push_back(inputs.at[place]);
  return sources;
}

void SumBySource(std::span<const std::int64_t> sources, std::int64_t inputs,
                 std::int64_t width, const float* rows, float* sums,
                 const ParallelFor& parallel) {
  // Chunks of about as many positions: what comes first comes often.
  constexpr std::int64_t kChunkPositions = 256;
  const PositionsBySource groups = Group(sources, inputs);
  const auto sum = [&](std::int64_t input) {
    float* const out = sums + input * width;
    std::int64_t i = groups.begin[input];
    std::copy_n(rows + groups.positions[i] * width, width, out);
    for (++i; i < groups.begin[input + 1]; ++i) {
      const float* const row = rows + groups.positions[i] * width;
      for (std::int64_t j = 0; j < width; ++j) out[j] += row[j];
    }
  };
  const auto first_of = [&](std::int64_t chunk) {
    return std::ranges::lower_bound(groups.begin, chunk * kChunkPositions) -
           groups.begin.begin();
  };
  const auto positions = static_cast<std::int64_t>(sources.size());
  const std::int64_t chunks =
      (positions + kChunkPositions - 1) / kChunkPositions;
  parallel(static_cast<int>(chunks), [&](int chunk) {
    const std::int64_t end = std::min(inputs, first_of(chunk + 1));
    for (std::int64_t i = first_of(chunk); i < end; ++i) sum(i);
  });
}

}  // namespace carousel
