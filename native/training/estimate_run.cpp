#include "training/estimate_run.h"

#include <algorithm>
#include <numeric>

#include "core/error.h"

namespace sidestep {

namespace {

constexpr size_t kWatched = 20;     // modules whose order is looked at
constexpr int64_t kMostInARow = 2;  // batches without memory

/// The best first; equal ones in the order of the model.
std::vector<size_t> best_modules(const std::vector<double>& sums) {
  std::vector<size_t> order(sums.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return sums[a] > sums[b]; });
  order.resize(std::min(kWatched, order.size()));
  return order;
}

class ScoredRun {
 public:
  explicit ScoredRun(const RunRule& rule) : rule_(rule) {}

  RunScores measured(const std::function<BatchScores(int64_t)>& measure) {
    for (int64_t batch = 0; batch < rule_.batches && !ended_; ++batch) {
      try {
        add(measure(batch));
      } catch (const Error& error) {
        leave_out(error);
      }
    }
    const auto count = static_cast<double>(sums_.batches);
    for (double& score : sums_.scores) score /= count;
    sums_.loss /= count;
    return std::move(sums_);
  }

 private:
  void add(const BatchScores& batch) {
    without_memory_ = 0;
    sums_.scores.resize(batch.scores.size());
    for (size_t i = 0; i < batch.scores.size(); ++i) sums_.scores[i] += batch.scores[i];
    sums_.loss += batch.loss;
    ++sums_.batches;
    if (rule_.patience == 0) return;
    std::vector<size_t> best = best_modules(sums_.scores);
    unchanged_ = best == best_ ? unchanged_ + 1 : 0;
    best_ = std::move(best);
    sums_.converged = ended_ = unchanged_ >= rule_.patience;
  }

  void leave_out(const Error& error) {
    if (error.code() != "native/out-of-memory" || !rule_.skips_out_of_memory) throw;
    ++sums_.out_of_memory;
    ended_ = ++without_memory_ == kMostInARow;
    const bool last = ended_ || sums_.out_of_memory + sums_.batches == rule_.batches;
    if (last && sums_.batches == 0) throw;
  }

  RunRule rule_;
  RunScores sums_;
  std::vector<size_t> best_;
  int64_t unchanged_ = 0, without_memory_ = 0;
  bool ended_ = false;
};

}  // namespace

RunScores measure_run(const RunRule& rule, const std::function<BatchScores(int64_t batch)>& measure) {
  return ScoredRun(rule).measured(measure);
}

}  // namespace sidestep
