// Every vector unit that this processor has, in each precision, against the
// formulas in double precision over factors that are rounded as it says.
#include "core/engine/gate_kernels.h"

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/engine/bf16.h"
#include "core/engine/recurrence.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using testing::AnyOf;
using testing::StartsWith;

constexpr int kGates = 4;

// Numbers whose begin is aligned and whose end is followed by nothing: what is
// read or written past it shows under AddressSanitizer.
class Floats {
 public:
  explicit Floats(std::int64_t size)
      : size_(size),
        data_(hwy::AllocateAligned<float>(static_cast<std::size_t>(size))) {
    std::fill_n(data_.get(), size, 0.0F);
  }
  Floats(const Floats& other) : Floats(other.size_) {
    std::copy_n(other.data(), size_, data());
  }
  Floats(Floats&&) = default;
  Floats& operator=(Floats&&) = default;

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::int64_t size() const { return size_; }
  float& operator[](std::int64_t i) { return data_[i]; }
  float operator[](std::int64_t i) const { return data_[i]; }

 private:
  std::int64_t size_;
  hwy::AlignedFreeUniquePtr<float[]> data_;
};

template <typename T>
std::vector<T*> Rows(T* first, int rows, std::int64_t stride) {
  std::vector<T*> pointers;
  for (int row = 0; row < rows; ++row) pointers.push_back(first + row * stride);
  return pointers;
}

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

class GateKernelsTest : public testing::TestWithParam<GateKernels> {
 protected:
  const GateKernels& kernels() const { return GetParam(); }
  int hidden() const { return 2 * kGates * kernels().lanes; }
  int panels() const { return hidden() / kernels().lanes; }

  Floats Random(std::int64_t size, float spread = 1) {
    std::normal_distribution<float> normal(0, spread);
    Floats floats(size);
    for (std::int64_t i = 0; i < size; ++i) floats[i] = normal(random_);
    return floats;
  }
  Floats RandomPacked(std::int64_t outputs, std::int64_t inputs,
                      Floats& plain) {
    plain = Random(outputs * inputs, 0.3F);
    Floats packed(PackedFloats(kernels(), outputs, inputs));
    PackWeights(kernels(), plain.data(), outputs, inputs, packed.data());
    return packed;
  }

  // A factor of a product.
  double Rounded(float x) const {
    return kernels().precision == Precision::kBf16 ? RoundToBf16(x) : x;
  }

  // Of h, where only the kernels need to know them.
  Floats RandomWeights() {
    Floats plain(1);
    return RandomPacked(kGates * hidden(), hidden(), plain);
  }

  // A batch before a step, and what the step makes of it.
  struct Batch {
    Floats maps, h, c, h_out, c_out, gates;
  };
  Batch MakeBatch(int rows) {
    return {Random(rows * kGates * hidden()), Random(rows * hidden()),
            Random(rows * hidden()),          Floats(rows * hidden()),
            Floats(rows * hidden()),          Floats(rows * kGates * hidden())};
  }
  void Step(const Floats& weights, Batch& batch, int rows,
            bool gates_bypass_caches = false) {
    const auto maps =
        Rows<const float>(batch.maps.data(), rows, kGates * hidden());
    const auto gates = Rows(batch.gates.data(), rows, kGates * hidden());
    kernels().step({.weights = weights.data(),
                    .hidden = hidden(),
                    .end_panel = panels(),
                    .rows = rows,
                    .maps = maps.data(),
                    .h = batch.h.data(),
                    .c = batch.c.data(),
                    .h_out = batch.h_out.data(),
                    .c_out = batch.c_out.data(),
                    .gates = gates.data(),
                    .gates_bypass_caches = gates_bypass_caches});
  }
  // Where gate g of a unit stands in a gate row.
  std::int64_t At(int gate, int unit) const {
    const int lanes = kernels().lanes;
    return (unit / lanes * kGates + gate) * lanes + unit % lanes;
  }

  std::mt19937 random_{5};
};

TEST_P(GateKernelsTest, AWeightsGradientIsTheSumOverThePositions) {
  const int outputs = 3 * kGates * kernels().lanes;
  for (const int inputs : {1, 6, 17}) {
    // None, fewer than are summed up at a time, and more.
    for (const int positions : {0, 1, 7, 300}) {
      const Floats x = Random(std::max(1, positions * inputs));
      const Floats d_maps = Random(std::max(1, positions * outputs));
      Floats gradient(inputs * outputs);
      std::fill_n(gradient.data(), gradient.size(), 0.5F);
      const auto x_rows = Rows(x.data(), positions, inputs);
      const auto map_rows = Rows(d_maps.data(), positions, outputs);
      // The last panel is left to somebody else.
      kernels().add_weight_gradient({.inputs = inputs,
                                     .first_panel = 0,
                                     .end_panel = 2,
                                     .positions = positions,
                                     .x = x_rows.data(),
                                     .d_maps = map_rows.data(),
                                     .gate_row = outputs,
                                     .gradient = gradient.data()});
      for (int k = 0; k < inputs; ++k) {
        for (int j = 0; j < outputs; ++j) {
          double sum = 0.5;
          for (int p = 0; j < outputs / 3 * 2 && p < positions; ++p) {
            sum +=
                Rounded(x[p * inputs + k]) * Rounded(d_maps[p * outputs + j]);
          }
          ASSERT_NEAR(gradient[k * outputs + j], sum, 1e-4)
              << inputs << " " << positions << " " << k << " " << j;
        }
      }
    }
  }
}

TEST_P(GateKernelsTest, ProjectIsAProduct) {
  const int outputs = 2 * kGates * kernels().lanes;
  // More than are summed up at a time, too.
  for (const int inputs : {1, 7, 100, 130, 257}) {
    for (const int rows : {1, 2, 3, 4, 5, 6, 7, 13}) {
      Floats plain(1);
      const Floats weights = RandomPacked(outputs, inputs, plain);
      const Floats bias = Random(outputs);
      const Floats x = Random(rows * inputs);
      Floats out(rows * outputs);
      const auto x_rows = Rows(x.data(), rows, inputs);
      const auto out_rows = Rows(out.data(), rows, outputs);
      kernels().project({.weights = weights.data(),
                         .bias = bias.data(),
                         .inputs = inputs,
                         .end_panel = 2,
                         .rows = rows,
                         .x = x_rows.data(),
                         .out = out_rows.data()});
      for (int row = 0; row < rows; ++row) {
        for (int j = 0; j < outputs; ++j) {
          double sum = bias[j];
          for (int k = 0; k < inputs; ++k) {
            sum +=
                Rounded(x[row * inputs + k]) * Rounded(plain[j * inputs + k]);
          }
          ASSERT_NEAR(out[row * outputs + j], sum, 5e-5) << rows << " rows";
        }
      }
    }
  }
}

TEST_P(GateKernelsTest, StepIsTheTextbooks) {
  for (const int rows : {1, 2, 3, 5, 6, 8, 17}) {
    Floats plain(1);
    const Floats weights = RandomPacked(kGates * hidden(), hidden(), plain);
    Batch batch = MakeBatch(rows);
    Step(weights, batch, rows);
    for (int row = 0; row < rows; ++row) {
      for (int unit = 0; unit < hidden(); ++unit) {
        double maps[kGates];
        for (int gate = 0; gate < kGates; ++gate) {
          const std::int64_t at = At(gate, unit);
          maps[gate] = batch.maps[row * kGates * hidden() + at];
          for (int k = 0; k < hidden(); ++k) {
            maps[gate] += Rounded(batch.h[row * hidden() + k]) *
                          Rounded(plain[at * hidden() + k]);
          }
        }
        // The maps of sigmoids come halved.
        const double f = Sigmoid(2 * maps[0]);
        const double i = Sigmoid(2 * maps[1]);
        const double candidate = std::tanh(maps[2]);
        const double o = Sigmoid(2 * maps[3]);
        const double c = f * batch.c[row * hidden() + unit] + i * candidate;
        ASSERT_NEAR(batch.c_out[row * hidden() + unit], c, 2e-5);
        ASSERT_NEAR(batch.h_out[row * hidden() + unit], o * std::tanh(c), 2e-5);
        const float* const kept = batch.gates.data() + row * kGates * hidden();
        ASSERT_NEAR(kept[At(0, unit)], f, 2e-5);
        ASSERT_NEAR(kept[At(1, unit)], i, 2e-5);
        ASSERT_NEAR(kept[At(2, unit)], candidate, 2e-5);
        ASSERT_NEAR(kept[At(3, unit)], o, 2e-5);
      }
    }
  }
}

TEST_P(GateKernelsTest, ARowIsTheSameWhateverStandsBesideIt) {
  const Floats weights = RandomWeights();
  constexpr int kRows = 13;
  Batch all = MakeBatch(kRows);
  Step(weights, all, kRows);
  for (int rows = 1; rows < kRows; ++rows) {
    Batch some = all;
    std::fill_n(some.h_out.data(), some.h_out.size(), 0.0F);
    Step(weights, some, rows);
    EXPECT_EQ(std::memcmp(some.h_out.data(), all.h_out.data(),
                          rows * hidden() * sizeof(float)),
              0)
        << rows << " rows";
  }
}

// Of more inputs than are summed up at a time, which one row is not cut into.
TEST_P(GateKernelsTest, AProductIsTheSameWhateverStandsBesideIt) {
  constexpr int kRows = 13;
  constexpr int kInputs = 300;
  const int outputs = 3 * kGates * kernels().lanes;
  Floats plain(1);
  const Floats weights = RandomPacked(outputs, kInputs, plain);
  const Floats bias = Random(outputs);
  const Floats x = Random(kRows * kInputs);
  const auto x_rows = Rows(x.data(), kRows, kInputs);
  const auto project = [&](int first, int rows) {
    Floats out(kRows * outputs);
    const auto out_rows = Rows(out.data(), kRows, outputs);
    kernels().project({.weights = weights.data(),
                       .bias = bias.data(),
                       .inputs = kInputs,
                       .end_panel = 3,
                       .last_first = rows == 1,
                       .rows = rows,
                       .x = x_rows.data() + first,
                       .out = out_rows.data() + first});
    return out;
  };
  const Floats all = project(0, kRows);
  for (int row = 0; row < kRows; ++row) {
    const Floats alone = project(row, 1);
    EXPECT_EQ(std::memcmp(alone.data() + row * outputs,
                          all.data() + row * outputs, outputs * sizeof(float)),
              0)
        << row;
  }
}

TEST_P(GateKernelsTest, PanelsCanBeCutAmongThreadsAndComeInEitherOrder) {
  const Floats weights = RandomWeights();
  for (const int rows : {1, 4}) {
    Batch whole = MakeBatch(rows);
    Step(weights, whole, rows);
    Batch cut = whole;
    std::fill_n(cut.h_out.data(), cut.h_out.size(), 0.0F);
    const auto maps =
        Rows<const float>(cut.maps.data(), rows, kGates * hidden());
    // Odd pieces, though one row meets two panels at a time.
    for (int panel = 0; panel < panels(); panel += 3) {
      kernels().step({.weights = weights.data(),
                      .hidden = hidden(),
                      .first_panel = panel,
                      .end_panel = std::min(panels(), panel + 3),
                      .last_first = panel % 2 != 0,
                      .rows = rows,
                      .maps = maps.data(),
                      .h = cut.h.data(),
                      .c = cut.c.data(),
                      .h_out = cut.h_out.data(),
                      .c_out = cut.c_out.data()});
    }
    EXPECT_EQ(std::memcmp(cut.h_out.data(), whole.h_out.data(),
                          cut.h_out.size() * sizeof(float)),
              0)
        << rows;
  }
}

TEST_P(GateKernelsTest, GatesMayBypassTheCaches) {
  constexpr int kRows = 4;
  const Floats weights = RandomWeights();
  Batch cached = MakeBatch(kRows);
  Batch bypassing = cached;
  Step(weights, cached, kRows);
  Step(weights, bypassing, kRows, /*gates_bypass_caches=*/true);
  const auto expect_equal = [](const Floats& a, const Floats& b) {
    EXPECT_EQ(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)), 0);
  };
  expect_equal(bypassing.gates, cached.gates);
  expect_equal(bypassing.h_out, cached.h_out);
  expect_equal(bypassing.c_out, cached.c_out);
}

TEST_P(GateKernelsTest, GatesSaturateAndNeverOvershoot) {
  const Floats weights(kGates * hidden() * hidden());
  Batch batch = MakeBatch(1);
  for (std::int64_t i = 0; i < batch.maps.size(); ++i) {
    batch.maps[i] = static_cast<float>(i % 2 == 0 ? 1e30 : -1e30);
  }
  Step(weights, batch, 1);
  for (int unit = 0; unit < hidden(); ++unit) {
    for (int gate = 0; gate < kGates; ++gate) {
      const std::int64_t at = At(gate, unit);
      const float lowest = gate == 2 ? -1.0F : 0.0F;
      const float limit = batch.maps[at] > 0 ? 1.0F : lowest;
      EXPECT_NEAR(batch.gates[at], limit, 1e-6);
      EXPECT_LE(batch.gates[at], 1.0F);
      EXPECT_GE(batch.gates[at], lowest);
    }
  }
}

TEST_P(GateKernelsTest, WhatIsNoNumberShowsInTheAnswer) {
  const Floats weights(kGates * hidden() * hidden());
  for (int gate = 0; gate < kGates; ++gate) {
    Batch batch = MakeBatch(1);
    batch.maps[At(gate, 1)] = std::numeric_limits<float>::quiet_NaN();
    Step(weights, batch, 1);
    EXPECT_TRUE(std::isnan(batch.h_out[1])) << gate;
    EXPECT_FALSE(std::isnan(batch.h_out[0])) << gate;
  }
}

TEST_P(GateKernelsTest, StepBackIsTheGradient) {
  constexpr int kRows = 3;
  const Floats weights(kGates * hidden() * hidden());  // maps alone matter
  Batch batch = MakeBatch(kRows);
  Step(weights, batch, kRows);
  const Floats dh_out = Random(kRows * hidden());
  const Floats dh_later = Random(kRows * hidden());
  Floats dc = Random(kRows * hidden());
  const Floats dc_after = dc;
  Floats d_maps = batch.gates;
  const auto gates = Rows(d_maps.data(), kRows, kGates * hidden());
  kernels().step_back({.hidden = hidden(),
                       .rows = kRows,
                       .c = batch.c.data(),
                       .c_out = batch.c_out.data(),
                       .dh_out = dh_out.data(),
                       .dh_later = dh_later.data(),
                       .dc = dc.data(),
                       .gates = gates.data()});
  // The loss is linear in what comes after: differences in double precision.
  const auto loss = [&](int row, int unit, double df, double di, double dg,
                        double dO, double dC) {
    const float* const maps = batch.maps.data() + row * kGates * hidden();
    const double f = Sigmoid(2 * (maps[At(0, unit)] + df));
    const double i = Sigmoid(2 * (maps[At(1, unit)] + di));
    const double candidate = std::tanh(maps[At(2, unit)] + dg);
    const double o = Sigmoid(2 * (maps[At(3, unit)] + dO));
    const std::int64_t at = row * hidden() + unit;
    const double c = f * (batch.c[at] + dC) + i * candidate;
    return (double{dh_out[at]} + dh_later[at]) * o * std::tanh(c) +
           dc_after[at] * c;
  };
  constexpr double kStep = 1e-5;
  for (int row = 0; row < kRows; ++row) {
    for (int unit = 0; unit < hidden(); ++unit) {
      const auto slope = [&](int which) {
        double up[5] = {};
        up[which] = kStep;
        return (loss(row, unit, up[0], up[1], up[2], up[3], up[4]) -
                loss(row, unit, -up[0], -up[1], -up[2], -up[3], -up[4])) /
               (2 * kStep);
      };
      for (int gate = 0; gate < kGates; ++gate) {
        ASSERT_NEAR(d_maps[row * kGates * hidden() + At(gate, unit)],
                    slope(gate), 2e-5)
            << "gate " << gate;
      }
      ASSERT_NEAR(dc[row * hidden() + unit], slope(4), 2e-5);
    }
  }
}

std::string NameOf(const GateKernels& kernels) {
  return std::string(kernels.target) + "_" +
         std::string(ToString(kernels.precision));
}

INSTANTIATE_TEST_SUITE_P(Targets, GateKernelsTest,
                         testing::ValuesIn(AllGateKernels()),
                         [](const auto& info) { return NameOf(info.param); });

TEST(AllGateKernelsTest, TheScalarOneIsAmongThemAndTheBestIsFirst) {
  for (const Precision precision : {Precision::kF32, Precision::kBf16}) {
    std::vector<std::string> names;
    for (const GateKernels& kernels : AllGateKernels()) {
      if (kernels.precision == precision) names.push_back(NameOf(kernels));
    }
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(),
              names.size());
    EXPECT_THAT(names.back(),
                AnyOf(StartsWith("SCALAR_"), StartsWith("EMU128_")));
    EXPECT_EQ(NameOf(BestGateKernels(precision)), names.front());
  }
}

TEST(GateRowsTest, UnitsAreAddedToWholePanels) {
  const GateKernels& kernels = BestGateKernels();
  const std::int64_t width = kGates * kernels.lanes;
  EXPECT_EQ(PaddedHidden(kernels, 1), width);
  EXPECT_EQ(PaddedHidden(kernels, width), width);
  EXPECT_EQ(PaddedHidden(kernels, width + 1), 2 * width);
  const auto sources = GateRowSources(kernels, 3);
  ASSERT_EQ(sources.size(), static_cast<std::size_t>(kGates * width));
  std::multiset<std::int64_t> counted(sources.begin(), sources.end());
  for (std::int64_t row = 0; row < kGates * 3; ++row) {
    EXPECT_EQ(counted.count(row), 1U);
  }
  EXPECT_EQ(counted.count(-1), static_cast<std::size_t>(kGates * (width - 3)));
}

}  // namespace
}  // namespace carousel
