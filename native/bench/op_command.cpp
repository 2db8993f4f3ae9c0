#include "bench/commands.h"

#include <algorithm>
#include <cstdio>

#include "bench/arguments.h"
#include "bench/bench.h"
#include "bench/peak.h"
#include "bench/stream.h"
#include "core/error.h"
#include "core/json.h"

namespace sidestep::bench {
namespace {

constexpr int kRounds = 5;
constexpr double kBudget = 0.08;  // seconds for one case and round

struct Result {
  std::string op;
  OpCase measured;
  Cost cost;
  double seconds = 0, rival_seconds = 0;
};

Cost cost_of(const OpCase& c, Stream& stream) {
  Tally tally;
  stream.attach(&tally);
  c.run(stream);
  stream.attach(nullptr);
  return tally.total();
}

void keep_best(double& best, double seconds) { best = best == 0 ? seconds : std::min(best, seconds); }

// Rounds over all cases, so that a disturbance of the machine meets every case and its rival alike.
void measure(std::vector<Result>& results, PeakMeter& meter, Stream& stream) {
  for (int round = 0; round < kRounds; ++round) {
    meter.sample();
    for (Result& r : results) {
      const auto run = [&] {
        r.measured.run(stream);
        stream.synchronize();
      };
      keep_best(r.seconds, best_seconds(run, kBudget));
      if (r.measured.rival) keep_best(r.rival_seconds, best_seconds(r.measured.rival, kBudget));
    }
  }
  meter.sample_memory();
}

// The time the ceilings allow, over the time taken.
double share_of_ceiling(const Result& r, const Peaks& peaks) {
  return std::max(r.cost.flops / peaks.gemm_flops, r.cost.bytes / peaks.memory_bytes) / r.seconds;
}

void print(const std::vector<Result>& results, const Peaks& peaks) {
  std::printf("ceilings: %.1f GFLOP/s FMA, %.1f GFLOP/s GEMM, %.1f GB/s copy\n\n", peaks.fma_flops / 1e9, peaks.gemm_flops / 1e9,
              peaks.memory_bytes / 1e9);
  std::printf("%-26s %-34s %10s %9s %9s %8s  %s\n", "op", "case", "ms", "GFLOP/s", "GB/s", "ceiling", "rival");
  for (const Result& r : results) {
    std::printf("%-26s %-34s %10.3f %9.1f %9.1f %7.0f%%", r.op.c_str(), r.measured.name.c_str(), r.seconds * 1e3,
                r.cost.flops / r.seconds / 1e9, r.cost.bytes / r.seconds / 1e9, 100 * share_of_ceiling(r, peaks));
    if (r.rival_seconds > 0)
      std::printf("  %s %.1f GFLOP/s, ratio %.2f", r.measured.rival_name.c_str(), r.cost.flops / r.rival_seconds / 1e9,
                  r.rival_seconds / r.seconds);
    std::printf("\n");
  }
}

Json to_json(const std::vector<Result>& results, const Peaks& peaks) {
  Json::Array cases;
  for (const Result& r : results) {
    Json::Object row{{"op", r.op},
                     {"case", r.measured.name},
                     {"seconds", r.seconds},
                     {"flops", r.cost.flops},
                     {"bytes", r.cost.bytes},
                     {"fraction_of_peak", r.cost.flops / r.seconds / peaks.gemm_flops},
                     {"fraction_of_ceiling", share_of_ceiling(r, peaks)}};
    if (r.rival_seconds > 0) {
      row["rival"] = r.measured.rival_name;
      row["rival_seconds"] = r.rival_seconds;
    }
    cases.emplace_back(std::move(row));
  }
  return Json::Object{{"fma_peak_flops", peaks.fma_flops},
                      {"gemm_peak_flops", peaks.gemm_flops},
                      {"memory_peak_bytes_per_second", peaks.memory_bytes},
                      {"cases", std::move(cases)}};
}

std::vector<Result> collect(const Arguments& arguments, Stream& stream) {
  std::vector<Result> results;
  for (const std::string& wanted : arguments.words()) {
    const size_t before = results.size();
    for (const NamedOpBench& bench : op_benches()) {
      if (wanted != "all" && wanted != bench.op) continue;
      for (OpCase& c : bench.cases(stream)) {
        if (c.name.find(arguments.text_or("case", "")) == std::string::npos) continue;
        const Cost cost = cost_of(c, stream);
        results.push_back({bench.op, std::move(c), cost});
      }
    }
    if (results.size() == before) throw Error("bench/usage", "No bench case for op " + wanted);
  }
  return results;
}

}  // namespace

int op_command(const std::vector<std::string>& words) {
  const Arguments arguments(words, {"threads", "backend", "case", "precision"}, {"json"});
  if (arguments.words().empty()) {
    for (const NamedOpBench& bench : op_benches()) std::printf("%s\n", bench.op.c_str());
    return 0;
  }
  Stream stream = open_stream(arguments);
  std::vector<Result> results = collect(arguments, stream);
  PeakMeter meter(stream, compute_dtype(arguments, stream));  // of what the cases mostly compute in
  measure(results, meter, stream);
  if (arguments.has("json"))
    std::printf("%s\n", to_json(results, meter.best()).dump().c_str());
  else
    print(results, meter.best());
  return 0;
}

}  // namespace sidestep::bench
