#include "bench/bench.h"

#include <algorithm>
#include <chrono>

namespace sidestep::bench {
namespace {

std::vector<NamedOpBench>& benches() {
  static std::vector<NamedOpBench> all;
  return all;
}

}  // namespace

OpBench::OpBench(const char* op, const Cases& cases) { benches().push_back({op, cases}); }

std::vector<NamedOpBench> op_benches() {
  std::vector<NamedOpBench> sorted = benches();
  std::sort(sorted.begin(), sorted.end(), [](const NamedOpBench& a, const NamedOpBench& b) { return a.op < b.op; });
  return sorted;
}

double best_seconds(const std::function<void()>& run, double budget) {
  using Clock = std::chrono::steady_clock;
  double best = 0, spent = 0;
  do {
    const auto begin = Clock::now();
    run();
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    best = spent == 0 ? seconds : std::min(best, seconds);
    spent += seconds;
  } while (spent < budget);
  return best;
}

}  // namespace sidestep::bench
