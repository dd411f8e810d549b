#include "core/engine/reading_loop.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <numeric>
#include <optional>
#include <utility>

#include "core/engine/layer_slots.h"

namespace carousel {
namespace {

// A tile or two. The first loop that comes must not take all that waits when
// others are about to come; they step at about the same pace.
constexpr int kAdmittedAStep = 6;

// Texts that several loops share. Each has every n-th by length of its own, the
// longest first, so that the loops end together, and takes from the others once
// it has none left.
class SharedTexts {
 public:
  SharedTexts(std::span<const EncodedText> texts, std::size_t loops)
      : texts_(texts), order_(texts.size()), next_(loops) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::size_t a, std::size_t b) {
                       return texts[a].tokens.size() > texts[b].tokens.size();
                     });
  }

  std::optional<Row> Next(std::size_t loop) {
    const std::size_t loops = next_.size();
    for (std::size_t i = 0; i < loops; ++i) {
      const std::size_t owner = (loop + i) % loops;
      const std::size_t at =
          owner + loops * next_[owner].fetch_add(1, std::memory_order_relaxed);
      if (at >= order_.size()) continue;
      return Row{.id = order_[at], .tokens = texts_[order_[at]].tokens};
    }
    return std::nullopt;
  }

 private:
  const std::span<const EncodedText> texts_;
  std::vector<std::size_t> order_;  // the longest first
  std::vector<std::atomic<std::size_t>> next_;
};

class LoopTexts final : public RowSource {
 public:
  LoopTexts(SharedTexts& texts, std::size_t loop, std::vector<double>& logits)
      : texts_(texts), loop_(loop), logits_(logits) {}

  std::optional<Row> Next(bool /*idle*/) override { return texts_.Next(loop_); }
  void Answer(const Row& row, double logit) override {
    logits_[row.id] = logit;
  }

 private:
  SharedTexts& texts_;
  const std::size_t loop_;
  std::vector<double>& logits_;
};

}  // namespace

void ReadRows(const PackedNetwork& network, std::int64_t slots,
              RowSource& source, StepCrew* crew) {
  StepCrew::Loop loop(crew);
  std::vector<LayerSlots> layers;
  layers.reserve(network.layers.size());
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    layers.emplace_back(network, i, slots, loop);
  }
  std::int64_t under_way = 0;
  while (true) {
    for (int i = 0; i < kAdmittedAStep && under_way < slots; ++i) {
      const std::optional<Row> row = source.Next(/*idle=*/under_way == 0);
      if (!row.has_value()) break;
      layers.front().Add(*row, nullptr);
      ++under_way;
    }
    if (under_way == 0) return;
    Reading reading;
    double logit = 0;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      layers[i].Step();
      while (layers[i].TakeEnded(reading, logit)) {
        if (i + 1 < layers.size()) {
          layers[i + 1].Add(reading.row, std::move(reading.outputs));
        } else {
          source.Answer(reading.row, logit);
          --under_way;
        }
      }
    }
  }
}

std::vector<double> ReadTexts(const PackedNetwork& network,
                              std::span<const EncodedText> texts, int threads,
                              const ParallelFor& parallel, StepCrew* crew) {
  if (texts.empty()) return {};
  const auto count = static_cast<std::int64_t>(texts.size());
  const std::int64_t loops = std::clamp<std::int64_t>(threads, 1, count);
  const std::int64_t slots = std::min(kMaxSlots, (count + loops - 1) / loops);
  SharedTexts shared(texts, static_cast<std::size_t>(loops));
  std::vector<double> logits(texts.size());
  parallel(static_cast<int>(loops), [&](int i) {
    LoopTexts own(shared, static_cast<std::size_t>(i), logits);
    ReadRows(network, slots, own, crew);
  });
  return logits;
}

}  // namespace carousel
