// How much of the processor the engine's kernels use: the most multiply-adds
// that its cores do, measured here, and the recurrent product beside it, in
// turn, on one core and on all.
//
//   product  the product alone (GateKernels::project, as many inputs as units)
//   step     the same product and the functions of the gates, which are not
//            counted as work (GateKernels::step)
//
// The texts of a batch are shared out among the threads, as the engine
// does it. Prints billions of operations a second of each core, and the share
// of the peak of the same round: medians and ranges.
//
// In f32 and in bf16, whose share is of the multiply-adds of floats, too.
//
//   peak_bench [--threads=2] [--rounds=9] [--batch=64]
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "core/engine/aligned_floats.h"
#include "core/engine/gate_kernels.h"
#include "tests/bench/contest.h"
#include "tests/bench/peak_kernels.h"

ABSL_FLAG(int, threads, 2, "As many as the machine has cores");
ABSL_FLAG(int, rounds, 9, "Counted rounds");
ABSL_FLAG(std::int64_t, batch, 64, "Texts, shared out among the threads");

namespace carousel {
namespace {

constexpr std::int64_t kGates = 4;
constexpr double kOperations = 5e9;  // of a core and a round, about

AlignedFloats RandomFloats(std::int64_t count) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-0.0625F, 0.0625F);
  AlignedFloats floats = AllocateFloats(count);
  for (std::int64_t i = 0; i < count; ++i) floats[i] = uniform(random);
  return floats;
}

AlignedFloats RandomWeights(const GateKernels& kernels, std::int64_t hidden) {
  const std::int64_t outputs = kGates * hidden;
  const AlignedFloats plain = RandomFloats(outputs * hidden);
  AlignedFloats packed = AllocateFloats(PackedFloats(kernels, outputs, hidden));
  PackWeights(kernels, plain.get(), outputs, hidden, packed.get());
  return packed;
}

// What one thread has for itself; the weights are everybody's.
class Rows {
 public:
  Rows(const GateKernels& kernels, std::int64_t rows, std::int64_t hidden,
       const float* weights)
      : kernels_(kernels),
        hidden_(hidden),
        weights_(weights),
        maps_(RandomFloats(rows * kGates * hidden)),
        products_(Zeros(rows * kGates * hidden)),
        h_(RandomFloats(rows * hidden)),
        h_out_(Zeros(rows * hidden)),
        c_(Zeros(rows * hidden)) {
    for (std::int64_t row = 0; row < rows; ++row) {
      map_rows_.push_back(maps_.get() + row * kGates * hidden);
      product_rows_.push_back(products_.get() + row * kGates * hidden);
      h_rows_.push_back(h_.get() + row * hidden);
    }
  }

  // Each returns its operations.
  double Step() {
    kernels_.step({.weights = weights_,
                   .hidden = static_cast<int>(hidden_),
                   .end_panel = panels(),
                   .rows = rows(),
                   .maps = map_rows_.data(),
                   .h = h_.get(),
                   .c = c_.get(),
                   .h_out = h_out_.get(),
                   .c_out = c_.get()});
    std::swap(h_, h_out_);
    return operations();
  }
  double Product() {
    kernels_.project({.weights = weights_,
                      .bias = maps_.get(),
                      .inputs = static_cast<int>(hidden_),
                      .end_panel = panels(),
                      .rows = rows(),
                      .x = h_rows_.data(),
                      .out = product_rows_.data()});
    return operations();
  }

 private:
  int panels() const { return static_cast<int>(hidden_) / kernels_.lanes; }
  std::ptrdiff_t rows() const {
    return static_cast<std::ptrdiff_t>(map_rows_.size());
  }
  double operations() const {
    return 2.0 * kGates * static_cast<double>(rows() * hidden_ * hidden_);
  }

  const GateKernels& kernels_;
  const std::int64_t hidden_;
  const float* const weights_;
  AlignedFloats maps_, products_, h_, h_out_, c_;
  std::vector<const float*> map_rows_, h_rows_;
  std::vector<float*> product_rows_;
};

// A thread's share of a round; returns its operations.
using Work = std::function<double(int thread)>;

struct Measured {
  std::string name;
  Work work;
  std::vector<double> rates = {};  // billions a second and core
};

double Rate(const Work& work, int threads) {
  std::vector<double> operations(threads);
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] { operations[i] = work(i); });
  }
  for (std::thread& thread : running) thread.join();
  const std::chrono::duration<double> time =
      std::chrono::steady_clock::now() - begin;
  double all = 0;
  for (const double own : operations) all += own;
  return 1e-9 * all / time.count() / threads;
}

// What `once` does, again and again.
template <typename Once>
double Repeat(const Once& once) {
  double operations = 0;
  while (operations < kOperations) operations += once();
  return operations;
}

std::string MedianAndRange(const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  char text[64];
  std::snprintf(text, sizeof(text), "%6.1f (%.1f to %.1f)", Median(values),
                *low, *high);
  return text;
}

void Print(const std::vector<Measured>& all) {
  const std::vector<double>& peak = all.front().rates;
  for (const Measured& measured : all) {
    std::vector<double> shares;
    for (std::size_t round = 0; round < peak.size(); ++round) {
      shares.push_back(100 * measured.rates[round] / peak[round]);
    }
    std::printf("  %-18s %-26s", measured.name.c_str(),
                MedianAndRange(measured.rates).c_str());
    if (&measured != &all.front()) {
      std::printf(" %s %%", MedianAndRange(shares).c_str());
    }
    std::printf("\n");
  }
  std::fflush(stdout);
}

void MeasureOn(int threads, std::int64_t rows_each) {
  std::vector<Measured> all;
  all.push_back({"multiply-adds", [](int) {
                   return Repeat([] { return MultiplyAdd(1 << 20); });
                 }});
  std::vector<AlignedFloats> weights;
  std::vector<std::vector<Rows>> rows;
  rows.reserve(4);
  for (const Precision precision : {Precision::kF32, Precision::kBf16}) {
    const GateKernels& kernels = BestGateKernels(precision);
    for (const std::int64_t hidden : {256, 128}) {
      weights.push_back(RandomWeights(kernels, hidden));
      std::vector<Rows>& own = rows.emplace_back();
      for (int i = 0; i < threads; ++i) {
        own.emplace_back(kernels, rows_each, hidden, weights.back().get());
      }
      const std::string shape = " H" + std::to_string(hidden) + " " +
                                std::string(ToString(precision));
      all.push_back({"product" + shape, [&own](int thread) {
                       return Repeat([&] { return own[thread].Product(); });
                     }});
      all.push_back({"step" + shape, [&own](int thread) {
                       return Repeat([&] { return own[thread].Step(); });
                     }});
    }
  }
  for (int round = 0; round <= absl::GetFlag(FLAGS_rounds); ++round) {
    for (Measured& measured : all) {
      const double rate = Rate(measured.work, threads);
      if (round > 0) measured.rates.push_back(rate);
    }
  }
  std::printf(
      "%d %s, %lld rows each: billions of operations a second of a "
      "core, share of the multiply-adds\n",
      threads, threads == 1 ? "thread" : "threads",
      static_cast<long long>(rows_each));
  Print(all);
}

}  // namespace
}  // namespace carousel

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  using carousel::BestGateKernels;
  std::printf(
      "kernels for %s, in bf16 for %s\n",
      std::string(BestGateKernels().target).c_str(),
      std::string(BestGateKernels(carousel::Precision::kBf16).target).c_str());
  const std::int64_t batch = absl::GetFlag(FLAGS_batch);
  carousel::MeasureOn(1, batch);
  const int threads = absl::GetFlag(FLAGS_threads);
  if (threads > 1 && batch >= threads) {
    carousel::MeasureOn(threads, batch / threads);
  }
  return 0;
}
