// Programs that do the same work, timed in turn in one process, and what they
// answered beside how fast they were.
#ifndef CAROUSEL_TESTS_BENCH_CONTEST_H_
#define CAROUSEL_TESTS_BENCH_CONTEST_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace carousel {

struct Contestant {
  std::string name;           // "engine=..." is ours
  std::function<void()> run;  // what is timed
  // Of positive, of each text, in order; not timed. Null where there are none.
  std::function<std::vector<double>()> probabilities = nullptr;
  std::vector<double> seconds = {};  // of each round
};

double Seconds(const std::function<void()>& run);
double Median(std::vector<double> values);

// "194.2 (194.0 to 196.1)": `amount` a second by the median and the extremes.
std::string RateAndRange(double amount, const std::vector<double>& seconds);

// "within 1.6e-07, 512 of 512 labels".
std::string Agreement(const std::vector<double>& probabilities,
                      const std::vector<double>& ours);

// In turn, one round that is not counted and then `rounds`. Prints a line each:
// thousand tokens a second, how many times as fast the last one, which is ours,
// was, and how far the answers were from ours; then against the best that is
// not ours.
void Race(std::vector<Contestant>& contestants, int rounds,
          std::int64_t tokens);

}  // namespace carousel

#endif  // CAROUSEL_TESTS_BENCH_CONTEST_H_
