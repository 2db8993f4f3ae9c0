#include "training/estimate_run.h"

#include "core/error.h"
#include "testing/test.h"

namespace sidestep {
namespace {

[[noreturn]] BatchScores no_memory() { throw Error("native/out-of-memory", "no bytes left"); }

TEST("a run ends when the order of its best modules has stood still for long enough") {
  // Batch 0 and 1 differ in their sums' order; from batch 2 on module 1 leads.
  const std::vector<std::vector<double>> batches{{3, 1}, {0, 1}, {0, 4}, {1, 1}, {1, 1}, {1, 1}, {9, 0}};
  const auto measure = [&](int64_t i) -> BatchScores { return {batches[static_cast<size_t>(i)], static_cast<double>(i)}; };
  const RunScores patient = measure_run({.batches = 7, .patience = 3}, measure);
  EXPECT(patient.converged && patient.batches == 6);
  EXPECT(patient.scores[0] == 1 && patient.scores[1] == 1.5 && patient.loss == 2.5);
  const RunScores whole = measure_run({.batches = 7}, measure);
  EXPECT(!whole.converged && whole.batches == 7 && whole.loss == 3);
  EXPECT(measure_run({.batches = 7, .patience = 1}, measure).batches == 2);
}

TEST("a run looks at the order of twenty modules and no more") {
  const auto measure = [](int64_t i) -> BatchScores {
    std::vector<double> scores(23);
    for (size_t m = 0; m < 20; ++m) scores[m] = 100 - static_cast<double>(m);
    scores[static_cast<size_t>(20 + i % 3)] = 1 + static_cast<double>(i);  // those behind change places
    return {scores, 0};
  };
  EXPECT(measure_run({.batches = 9, .patience = 2}, measure).batches == 3);
}

TEST("a batch without memory is left out where that is wished, two in a row end the run") {
  const auto at = [](const std::vector<int64_t>& without) {
    return [without](int64_t i) -> BatchScores {
      for (const int64_t batch : without)
        if (batch == i) no_memory();
      return {{1}, 2};
    };
  };
  const RunRule skips{.batches = 6, .skips_out_of_memory = true};
  const RunScores one = measure_run(skips, at({0, 2, 4}));
  EXPECT(one.batches == 3 && one.out_of_memory == 3 && one.scores[0] == 1 && one.loss == 2);
  const RunScores two = measure_run(skips, at({2, 3}));
  EXPECT(two.batches == 2 && two.out_of_memory == 2);
  EXPECT_ERROR(measure_run({.batches = 6}, at({3})), "native/out-of-memory");
  EXPECT_ERROR(measure_run(skips, at({0, 1})), "native/out-of-memory");
  EXPECT_ERROR(measure_run({.batches = 1, .skips_out_of_memory = true}, at({0})), "native/out-of-memory");
  EXPECT_ERROR(measure_run(skips, [](int64_t) -> BatchScores { throw Error("native/cancelled", ""); }), "native/cancelled");
}

}  // namespace
}  // namespace sidestep
