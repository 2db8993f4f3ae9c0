#include "bench/steps.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "bench/ceilings.h"
#include "core/platform/process.h"

namespace sidestep::bench {
namespace {

double timed(const std::function<void()>& step, Stream& stream) {
  const auto begin = std::chrono::steady_clock::now();
  step();
  stream.synchronize();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::vector<Tally::Row> by_time(std::vector<Tally::Row> rows) {
  std::sort(rows.begin(), rows.end(), [](const Tally::Row& a, const Tally::Row& b) { return a.seconds > b.seconds; });
  return rows;
}

void print_table(const StepFigures& f) {
  const bool priced = f.peaks.memory_bytes > 0;
  std::printf("%-28s %8s %10s %7s %10s %9s%s\n", "op", "calls", "ms", "time", "GFLOP", "GFLOP/s",
              priced ? "   floor ms     gap ms" : "");
  double accounted = 0;
  for (const Tally::Row& row : f.ops) {
    accounted += row.seconds;
    std::printf("%-28s %8lld %10.2f %6.1f%% %10.3f %9.1f", std::string(row.op).c_str(), static_cast<long long>(row.calls),
                row.seconds * 1e3, 100 * row.seconds / f.seconds, row.cost.flops / 1e9, row.cost.flops / row.seconds / 1e9);
    if (priced) std::printf(" %10.2f %10.2f", row.priced_seconds * 1e3, (row.seconds - row.priced_seconds) * 1e3);
    std::printf("\n");
  }
  std::printf("%-28s %8s %10.2f %6.1f%%\n\n", "between ops", "", (f.seconds - accounted) * 1e3,
              100 * (1 - accounted / f.seconds));
}

void print_summary(const StepFigures& f, const Json::Object& extra) {
  std::printf("%.4f s a step (median %.4f), %.2f GFLOP: %.1f GFLOP/s\n", f.seconds, f.median_seconds, f.flops / 1e9,
              f.flops / f.seconds / 1e9);
  std::printf("%.3f of the GEMM peak, %.1f GFLOP/s (FMA %.1f)\n", f.fraction_of_peak(), f.peaks.gemm_flops / 1e9,
              f.peaks.fma_flops / 1e9);
  std::printf("%.1f MB resident at most\n", f.peak_bytes / 1e6);
  for (const auto& [key, value] : extra) std::printf("%s: %s\n", key.c_str(), value.dump().c_str());
}

/// On a card: the ceilings found so far, as a floor for every op. On the CPU measuring them would need its own memory.
Tally::Price floor_price(PeakMeter& meter, Stream& stream) {
  if (stream.device().kind != DeviceKind::cuda) return {};
  meter.sample();
  meter.sample_memory();
  const Card& largest = card_of("h100");
  const Ceilings ceilings{meter.best().gemm_flops,     largest.vector_flops,
                          meter.best().memory_bytes,   largest.ceilings(DType::f32).convolution_flops,
                          2 * meter.best().gemm_flops, 2 * meter.best().gemm_flops};
  return [ceilings](std::string_view op, const Cost& cost) { return ceilings.floor_seconds(op, cost); };
}

void tally_ops(const std::function<void()>& step, const Tally::Price& price, StepFigures& figures, Stream& stream) {
  Tally tally(price);
  stream.attach(&tally);
  step();
  stream.attach(nullptr);
  figures.ops = by_time(tally.rows());
  figures.flops = tally.total().flops;
}

}  // namespace

StepFigures measure_steps(const std::function<void()>& step, int64_t steps, PeakMeter& meter, Stream& stream) {
  StepFigures figures;
  // On a card the second step is recorded and the third the first one replayed; ops are timed apart in a step of their own, where
  // each waits for the one before.
  const bool card = stream.device().kind == DeviceKind::cuda;
  for (int i = 0; i < (card ? 3 : 1); ++i) step();
  stream.synchronize();
  const Tally::Price price = floor_price(meter, stream);
  std::vector<double> seconds;
  for (int64_t i = 0; i < std::max<int64_t>(steps, 1); ++i) {
    Tally tally(price);
    if (!card) stream.attach(&tally);
    seconds.push_back(timed(step, stream));
    stream.attach(nullptr);
    if (i == 0)
      figures.peak_bytes = platform::peak_resident_bytes();  // before the ceilings' own matrices lie beside the step's memory
    if (seconds.back() <= *std::min_element(seconds.begin(), seconds.end())) figures.ops = by_time(tally.rows());
    figures.flops = tally.total().flops;
    meter.sample();
  }
  if (card) tally_ops(step, price, figures, stream);
  std::sort(seconds.begin(), seconds.end());
  figures.seconds = seconds.front();
  figures.median_seconds = seconds[seconds.size() / 2];
  figures.peaks = meter.best();
  return figures;
}

Json::Object to_json(const StepFigures& f) {
  Json::Array ops;
  for (const Tally::Row& row : f.ops)
    ops.emplace_back(Json::Object{{"op", std::string(row.op)},
                                  {"calls", row.calls},
                                  {"seconds", row.seconds},
                                  {"share", row.seconds / f.seconds},
                                  {"flops", row.cost.flops},
                                  {"bytes", row.cost.bytes},
                                  {"floor_seconds", row.priced_seconds}});
  return {{"seconds_per_step", f.seconds},       {"median_seconds_per_step", f.median_seconds},
          {"flops_per_step", f.flops},           {"gemm_peak_flops", f.peaks.gemm_flops},
          {"fma_peak_flops", f.peaks.fma_flops}, {"fraction_of_peak", f.fraction_of_peak()},
          {"peak_bytes", f.peak_bytes},          {"ops", std::move(ops)}};
}

void print(const StepFigures& figures, const Json::Object& extra, Format format) {
  switch (format) {
    case Format::json: {
      Json::Object all = to_json(figures);
      all.insert(extra.begin(), extra.end());
      std::printf("%s\n", Json(std::move(all)).dump().c_str());
      return;
    }
    case Format::table:
      print_table(figures);
      print_summary(figures, extra);
      return;
  }
}

}  // namespace sidestep::bench
