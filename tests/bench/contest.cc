#include "tests/bench/contest.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>

namespace carousel {
namespace {

void PrintLine(const Contestant& contestant, const Contestant& ours,
               const std::vector<double>& our_answers, double thousands) {
  std::printf("    %-24s %-26s %6.2f x", contestant.name.c_str(),
              RateAndRange(thousands, contestant.seconds).c_str(),
              Median(contestant.seconds) / Median(ours.seconds));
  if (&contestant != &ours && contestant.probabilities && ours.probabilities) {
    std::printf("  %s",
                Agreement(contestant.probabilities(), our_answers).c_str());
  }
  std::printf("\n");
}

}  // namespace

double Seconds(const std::function<void()>& run) {
  const auto begin = std::chrono::steady_clock::now();
  run();
  const std::chrono::duration<double> time =
      std::chrono::steady_clock::now() - begin;
  return time.count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string RateAndRange(double amount, const std::vector<double>& seconds) {
  const auto [low, high] = std::minmax_element(seconds.begin(), seconds.end());
  char text[64];
  std::snprintf(text, sizeof(text), "%.1f (%.1f to %.1f)",
                amount / Median(seconds), amount / *high, amount / *low);
  return text;
}

std::string Agreement(const std::vector<double>& probabilities,
                      const std::vector<double>& ours) {
  double error = 0;
  std::size_t equal = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    error = std::max(error, std::abs(probabilities[i] - ours[i]));
    equal += (probabilities[i] >= 0.5) == (ours[i] >= 0.5) ? 1 : 0;
  }
  char text[64];
  std::snprintf(text, sizeof(text), "within %.1e, %zu of %zu labels", error,
                equal, ours.size());
  return text;
}

void Race(std::vector<Contestant>& contestants, int rounds,
          std::int64_t tokens) {
  for (int round = 0; round <= rounds; ++round) {
    for (Contestant& contestant : contestants) {
      const double seconds = Seconds(contestant.run);
      if (round > 0) contestant.seconds.push_back(seconds);
    }
  }
  const Contestant& ours = contestants.back();
  const std::vector<double> our_answers =
      ours.probabilities ? ours.probabilities() : std::vector<double>();
  const double thousands = 1e-3 * static_cast<double>(tokens);
  for (const Contestant& contestant : contestants) {
    PrintLine(contestant, ours, our_answers, thousands);
  }
  const Contestant* best = nullptr;
  for (const Contestant& contestant : contestants) {
    if (contestant.name.starts_with("engine=")) continue;
    if (best == nullptr || Median(contestant.seconds) < Median(best->seconds)) {
      best = &contestant;
    }
  }
  if (best != nullptr) {
    std::printf("    against the best, %s: %.2f x\n", best->name.c_str(),
                Median(best->seconds) / Median(ours.seconds));
  }
  std::fflush(stdout);
}

}  // namespace carousel
