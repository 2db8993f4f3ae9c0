#pragma once
#include <cstdint>
#include <functional>
#include <vector>

namespace sidestep {

/// When a run of an estimate ends before it has measured all its batches.
struct RunRule {
  int64_t batches = 1;
  int64_t patience = 0;              ///< batches in a row that leave the best modules as they were; 0: all are measured
  bool skips_out_of_memory = false;  ///< else the error is the run's
};

/// What one batch adds to every module's score.
struct BatchScores {
  std::vector<double> scores;
  double loss = 0;
};

/// Means over the batches that were measured.
struct RunScores {
  std::vector<double> scores;
  double loss = 0;
  int64_t batches = 0;
  int64_t out_of_memory = 0;  ///< batches left out
  bool converged = false;
};

/// Measures batches 0, 1, … as upstream's Fisher analysis does: after each, the order of the 20 best modules so far is compared
/// with the order before; `patience` times in a row the same ends the run. A batch that finds no memory is left out, and two in a
/// row end the run too. Throws what `measure` throws; native/out-of-memory where no batch could be measured, or none may be left
/// out.
RunScores measure_run(const RunRule& rule, const std::function<BatchScores(int64_t batch)>& measure);

}  // namespace sidestep
