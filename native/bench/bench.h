#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/stream.h"

namespace sidestep::bench {

/// One thing to time: an op on one shape. `run` owns its tensors (capture Storage by value). FLOPs and bytes come from the
/// stream's tally, so they are those the op itself declares.
struct OpCase {
  std::string name;  ///< "1500x512x512 NT"
  std::function<void(Stream&)> run;
  /// The same work by another library, timed in the same rounds, or empty.
  std::string rival_name{};
  std::function<void()> rival{};
};

/// Registers an op's cases; one `<op>_bench.cpp` beside the op:
///   static const OpBench bench{"attention", [](Stream& stream) -> std::vector<OpCase> { … }};
/// Ops of one case each are rows of a table: see operands.h.
struct OpBench {
  using Cases = std::function<std::vector<OpCase>(Stream&)>;
  OpBench(const char* op, const Cases& cases);
};

struct NamedOpBench {
  std::string op;
  OpBench::Cases cases;
};
std::vector<NamedOpBench> op_benches();

/// Seconds of the fastest of several runs, each at least once; stops after about `budget` seconds. The machine may be
/// shared: the best run is the one least disturbed.
double best_seconds(const std::function<void()>& run, double budget);

}  // namespace sidestep::bench
