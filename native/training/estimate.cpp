#include "training/estimate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "adapters/adapter_set.h"
#include "adapters/selection.h"
#include "core/error.h"
#include "core/rel_l2.h"
#include "models/dit.h"
#include "ops/card_overhead.h"
#include "ops/transfer.h"
#include "training/dataset.h"
#include "training/memory_plan.h"
#include "training/timestep.h"

namespace sidestep {

namespace {

struct Estimator {
  const EstimateSetup& setup;
  Stream& stream;
  const EstimateProgress& progress;
  const DitConfig& config;
  Dit& model;
  GradientProbe& probe;
  Arena& arena;
  const std::vector<std::string>& modules;
  const EstimateOptions& chosen;

  const EstimateOptions& options() const { return chosen; }
  int64_t runs() const { return options().method == EstimateMethod::fisher ? options().runs : 1; }

  RunScores run(int64_t index);
  BatchScores measure(int64_t run_index, int64_t batch_index);
  Batch next_batch(int64_t run_index, int64_t batch_index) const;
  Draws draw(const Batch& batch, int64_t run_index, int64_t batch_index) const;
  double score_of(size_t module, double square) const;
};

/// Each run visits the songs in its own order.
Batch Estimator::next_batch(int64_t run_index, int64_t batch_index) const {
  const auto count = static_cast<int64_t>(setup.samples.size());
  const auto order = epoch_order(count, Shuffle::epoch, options().seed, run_index);
  std::vector<Sample> samples;
  for (int64_t i = 0; i < options().batch_size; ++i) {
    const auto at = static_cast<size_t>((batch_index * options().batch_size + i) % count);
    samples.push_back(load_sample(setup.samples[static_cast<size_t>(order[at])]).sample);
  }
  std::vector<const Sample*> pointers;
  pointers.reserve(samples.size());
  for (const Sample& s : samples) pointers.push_back(&s);
  return collate(pointers);
}

/// Timesteps outside the wanted range are drawn again: the law, restricted to the range.
float draw_in_range(const TimestepOptions& law, RandomKey key, double low, double high) {
  constexpr uint64_t kAttempts = 1000;
  for (uint64_t attempt = 0; attempt < kAttempts; ++attempt) {
    RandomKey next = key;
    next.seed ^= attempt << 32;
    const double t = draw_timestep(law, next);
    if (t >= low && t <= high) return static_cast<float>(t);
  }
  return static_cast<float>(low + (high - low) * uniform(key, 7));  // a range the law hardly ever meets
}

Draws Estimator::draw(const Batch& batch, int64_t run_index, int64_t batch_index) const {
  const TimestepOptions law{.timestep_mu = config.timestep_mu, .timestep_sigma = config.timestep_sigma};
  Draws draws;
  for (int64_t b = 0; b < batch.size(); ++b) {
    const auto step = static_cast<uint64_t>(run_index * options().batches + batch_index);
    const auto key = [&](uint64_t what) {
      return RandomKey{options().seed, Purpose::estimate, step, static_cast<uint64_t>(b) * 4 + what};
    };
    draws.t.push_back(draw_in_range(law, key(0), options().timestep_low, options().timestep_high));
    draws.noise_keys.push_back(key(1));
    draws.dropped.push_back(bernoulli(key(2), 0, options().cfg_dropout) ? 1 : 0);
  }
  return draws;
}

double Estimator::score_of(size_t module, double square) const {
  if (options().method == EstimateMethod::gradient) return std::sqrt(square);
  return square / static_cast<double>(model.linear(modules[module]).weight.shape().numel());
}

BatchScores Estimator::measure(int64_t run_index, int64_t batch_index) {
  stream.throw_if_cancelled();
  const Batch batch = next_batch(run_index, batch_index);
  const GradientProbe::Result result =
      probe.measure(batch, draw(batch, run_index, batch_index), Padding::masked, {arena, stream});
  if (!std::isfinite(result.loss)) {
    throw Error("train/nonfinite-loss", "The loss on " + batch.names.front() + " is not a finite number",
                "Check that sample, and that the model's files are whole.");
  }
  BatchScores out{.scores = {}, .loss = result.loss};
  for (size_t m = 0; m < modules.size(); ++m) out.scores.push_back(score_of(m, result.squares[m]));
  if (progress) progress(run_index * options().batches + batch_index + 1, runs() * options().batches);
  return out;
}

RunScores Estimator::run(int64_t index) {
  const bool fisher = options().method == EstimateMethod::fisher;
  const RunRule rule{.batches = options().batches,
                     .patience = fisher ? options().convergence_patience : 0,
                     .skips_out_of_memory = fisher && options().skips_out_of_memory};
  RunScores out = measure_run(rule, [&](int64_t batch_index) { return measure(index, batch_index); });
  if (progress) progress((index + 1) * options().batches, runs() * options().batches);  // also where it ended early
  return out;
}

/// "layers.3" of "layers.3.self_attn.q_proj".
std::string layer_of(const std::string& module) { return module.substr(0, module.find('.', module.find('.') + 1)); }

/// The top_k modules, or all modules of the top_k layers by their sum.
std::vector<std::string> select_top(const std::vector<ModuleEstimate>& ranked, const EstimateOptions& o) {
  std::vector<std::string> selected;
  const auto count = static_cast<size_t>(o.top_k);
  if (o.granularity == Granularity::module) {
    for (size_t i = 0; i < std::min(count, ranked.size()); ++i) selected.push_back(ranked[i].module);
    return selected;
  }
  std::map<std::string, double> sums;
  for (const ModuleEstimate& m : ranked) sums[layer_of(m.module)] += m.score;
  std::vector<std::pair<double, std::string>> layers;
  layers.reserve(sums.size());
  for (const auto& [layer, sum] : sums) layers.emplace_back(sum, layer);
  std::stable_sort(layers.begin(), layers.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  layers.resize(std::min(count, layers.size()));
  for (const ModuleEstimate& m : ranked) {
    const bool in = std::any_of(layers.begin(), layers.end(), [&](const auto& l) { return l.second == layer_of(m.module); });
    if (in) selected.push_back(m.module);
  }
  return selected;
}

void give_ranks(EstimateReport& report, const std::vector<std::string>& modules, Dit& model, const EstimateOptions& o,
                Stream& stream) {
  std::vector<double> scores;
  std::vector<int64_t> ranks;
  for (size_t m = 0; m < modules.size(); ++m) {
    stream.throw_if_cancelled();
    const Storage weight = to_host(model.linear(modules[m]).weight.values, stream);
    report.modules[m].effective_rank = effective_rank(weight.view(), o.energy, stream);
    scores.push_back(report.modules[m].score);
    ranks.push_back(report.modules[m].effective_rank);
  }
  const RankAssignment assigned = assign_ranks(modules, scores, ranks, o);
  report.selected = assigned.modules;
  report.rank_pattern = assigned.rank_pattern;
  report.alpha_pattern = assigned.alpha_pattern;
  for (ModuleEstimate& m : report.modules) {
    const auto found = assigned.rank_pattern.find(m.module);
    if (found != assigned.rank_pattern.end()) m.rank = found->second;
  }
}

EstimateReport summarise(const std::vector<RunScores>& runs, const std::vector<std::string>& modules) {
  EstimateReport report;
  const auto count = static_cast<double>(runs.size());
  for (const RunScores& run : runs) report.mean_loss += run.loss / count;
  for (size_t m = 0; m < modules.size(); ++m) {
    ModuleEstimate estimate{.module = modules[m]};
    for (const RunScores& run : runs) estimate.score += run.scores[m] / count;
    double squares = 0;
    for (const RunScores& run : runs) squares += (run.scores[m] - estimate.score) * (run.scores[m] - estimate.score);
    if (runs.size() > 1) estimate.deviation = std::sqrt(squares / (count - 1));
    report.modules.push_back(estimate);
  }
  return report;
}

}  // namespace

MemoryPlan plan_probe(const ProbeRequest& request) {
  const BatchShape& shape = request.shape;
  const Device device{.kind = DeviceKind::plan};
  Stream stream(device);
  Arena arena(device, 0);
  Dit model(request.model, Weights::random(0, request.compute_dtype, stream, request.stored));
  GradientProbe probe(model, request.modules, stream);
  const auto size = static_cast<size_t>(shape.batch_size);
  const Draws draws{
      .noise_keys = std::vector<RandomKey>(size), .t = std::vector<float>(size, 0.5F), .dropped = std::vector<uint8_t>(size, 1)};
  for (const Padding padding : {Padding::masked, Padding::upstream}) {
    probe.measure(blank_batch(request.model, shape.batch_size, shape.frames, shape.tokens), draws, padding, {arena, stream},
                  request.device);
  }
  return {.weights_bytes = model.owned_bytes(),
          .arena_bytes = arena.high_water(),
          .adapted_modules = static_cast<int64_t>(request.modules.size())};
}

MemoryPlan plan_estimate(const EstimateSetup& setup, const BatchShape& shape) {
  const DitConfig config = dit_config(read_config(setup.model_folder));
  Stream plan({.kind = DeviceKind::plan});
  Dit model(config, Weights::random(0, setup.compute_dtype, plan));
  const std::vector<std::string> modules = select_modules(setup.options.targets, linear_names(model));
  MemoryPlan memory = plan_probe({.model = config,
                                  .compute_dtype = setup.compute_dtype,
                                  .stored = kept_dtype(setup.model_folder, "decoder.", setup.compute_dtype, setup.device),
                                  .modules = modules,
                                  .shape = shape,
                                  .device = setup.device});
  memory.overhead_bytes = computing_overhead(setup.device);
  return memory;
}

BatchShape longest_batch(const EstimateSetup& setup) {
  if (setup.samples.empty()) throw Error("train/no-samples", "There are no samples to measure");
  const DitConfig config = dit_config(read_config(setup.model_folder));
  BatchShape shape{setup.options.batch_size, 0, 0};
  for (const SampleFiles& files : setup.samples) {
    const SampleHeader header = read_sample_header(files, config);
    shape.frames = std::max(shape.frames, header.frames);
    shape.tokens = std::max(shape.tokens, header.tokens);
  }
  return shape;
}

EstimateReport estimate(const EstimateSetup& setup, Stream& stream, const EstimateProgress& progress) {
  const DitConfig config = dit_config(read_config(setup.model_folder));
  const BatchShape shape = longest_batch(setup);
  Dit model(config, Weights::from_files(WeightFiles::open(setup.model_folder), "", setup.compute_dtype, stream));
  const std::vector<std::string> modules = select_modules(setup.options.targets, linear_names(model));
  const DType stored = kept_dtype(setup.model_folder, "decoder.", setup.compute_dtype, stream.device().kind);
  Arena arena(stream.device(),
              plan_probe({config, setup.compute_dtype, stored, modules, shape, stream.device().kind}).arena_bytes);
  GradientProbe probe(model, modules, stream);
  const EstimateOptions options = resolved(setup.options, static_cast<int64_t>(setup.samples.size()));
  Estimator estimator{setup, stream, progress, config, model, probe, arena, modules, options};
  std::vector<RunScores> runs;
  for (int64_t i = 0; i < estimator.runs(); ++i) runs.push_back(estimator.run(i));
  EstimateReport report = summarise(runs, modules);
  if (setup.options.method == EstimateMethod::fisher) give_ranks(report, modules, model, setup.options, stream);
  if (setup.options.method == EstimateMethod::fisher) report.runs = std::move(runs);
  std::stable_sort(report.modules.begin(), report.modules.end(),
                   [](const ModuleEstimate& a, const ModuleEstimate& b) { return a.score > b.score; });
  if (setup.options.method == EstimateMethod::gradient) report.selected = select_top(report.modules, setup.options);
  return report;
}

}  // namespace sidestep
