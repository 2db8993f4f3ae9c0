#pragma once
#include <functional>
#include <vector>

#include "bench/peak.h"
#include "core/json.h"
#include "core/stream.h"

namespace sidestep::bench {

/// What repeated runs of one piece of work cost, beside the ceilings of the machine at that time.
struct StepFigures {
  double seconds = 0;  ///< the fastest step: on a shared machine the one least disturbed
  double median_seconds = 0;
  double flops = 0;       ///< executed in one step, recomputation included, as the ops declare them
  double peak_bytes = 0;  ///< largest resident set of the process, the bench's own matrices aside
  Peaks peaks;
  std::vector<Tally::Row> ops;  ///< of the fastest step; on a card of one in which each op waits for the one before

  double fraction_of_peak() const { return flops / seconds / peaks.gemm_flops; }
};

/// One untimed step (on a card three: the later ones are recorded and replayed), then `steps` timed ones with the ceilings
/// measured in between.
StepFigures measure_steps(const std::function<void()>& step, int64_t steps, PeakMeter& meter, Stream& stream);

/// The keys every command prints: seconds_per_step, flops_per_step, gemm_peak_flops, fraction_of_peak, peak_bytes, ops, …
Json::Object to_json(const StepFigures& figures);
enum class Format : uint8_t { table, json };
/// As one JSON document with `extra` beside the figures, or as a table with the share of time per op.
void print(const StepFigures& figures, const Json::Object& extra, Format format);

}  // namespace sidestep::bench
