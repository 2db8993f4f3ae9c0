// The time and memory of a training step without the card: the step runs on Device::plan, each op's call is priced by
// its FLOPs and bytes. Measuring later (train_step --backend cuda) shows which op misses its prediction.
#include <algorithm>
#include <cstdio>

#include "bench/ceilings.h"
#include "bench/commands.h"
#include "bench/ranks_forecast.h"
#include "bench/stream.h"
#include "bench/training_request.h"
#include "core/error.h"
#include "training/planned_step.h"

namespace sidestep::bench {
namespace {

void print_ranks(const RanksForecast& f) {
  std::printf(
      "predicted, not measured: %lld ranks, %lld micro-batches an update: %.2f ms an update, alone %.2f ms: %.2f times as fast\n"
      "(%.1f MB of gradients in %lld modules by %s at %.4g GB/s from rank to rank)\n",
      static_cast<long long>(f.ranks), static_cast<long long>(f.micro_batches), f.together() * 1e3, f.alone() * 1e3,
      f.alone() / f.together(), f.gradient_bytes / 1e6, static_cast<long long>(f.modules), std::string(f.link.name).c_str(),
      f.link.bytes_per_second / 1e9);
}

Json::Object to_json(const RanksForecast& f) {
  return {{"ranks", f.ranks},
          {"micro_batches", f.micro_batches},
          {"seconds_per_update", f.together()},
          {"seconds_alone", f.alone()},
          {"gradient_bytes", f.gradient_bytes},
          {"link", std::string(f.link.name)},
          {"link_bytes_per_second", f.link.bytes_per_second}};
}

/// As the options say; `--bandwidth` in GB/s is that of the link in place of its usual one.
RankLink link_between(const Card& card, const Arguments& arguments) {
  RankLink link =
      link_of(arguments.text_or("link", card.memory_gib >= 80 ? "nvlink" : "pcie"),
              static_cast<double>(arguments.count_or("network", 10)), static_cast<double>(arguments.count_or("bus", 20)));
  if (arguments.has("bandwidth")) link.bytes_per_second = static_cast<double>(arguments.count_or("bandwidth", 1)) * 1e9;
  return link;
}

/// One forward and backward pass and one update, tallied.
std::vector<Tally::Row> priced_step(const PlanRequest& request, Tally::Price price) {
  PlannedStep step(request);
  Tally tally(std::move(price));
  step.attach(&tally);
  step.run_passes();
  step.run_update();
  return tally.rows();
}

struct Passes {
  double forward = 0, backward = 0;
  double seconds() const { return forward + backward; }
};

/// All up to the loss is the forward pass.
Passes priced_passes(const PlanRequest& request, const Tally::Price& price) {
  PlannedStep step(request);
  Passes passes;
  bool is_backward = false;
  Tally tally([&](std::string_view op, const Cost& cost) {
    const double seconds = price(op, cost);
    (is_backward ? passes.backward : passes.forward) += seconds;
    is_backward = is_backward || op == "flow_loss";
    return seconds;
  });
  step.attach(&tally);
  step.run_passes();
  return passes;
}

struct Prediction {
  std::vector<Tally::Row> floor, expected;  ///< the same ops in the same order
  MemoryPlan memory;
  double streaming_seconds = 0;  ///< that a step waits for layers from the host

  double seconds() const { return sum(expected) + streaming_seconds; }

  static double sum(const std::vector<Tally::Row>& rows) {
    double seconds = 0;
    for (const Tally::Row& row : rows) seconds += row.priced_seconds;
    return seconds;
  }
  double flops() const {
    double all = 0;
    for (const Tally::Row& row : floor) all += row.cost.flops;
    return all;
  }
};

/// Layers are fetched while those before them are computed: a pass waits for as much of the fetching as takes longer than
/// computing those that travel.
double streaming_wait(const MemoryPlan& memory, const Passes& passes, double bus_bytes_per_second) {
  if (memory.streamed_layers == 0) return 0;
  const double fetch = static_cast<double>(memory.streamed_bytes) / bus_bytes_per_second;
  const double travelling = static_cast<double>(memory.streamed_layers) / static_cast<double>(memory.recomputation.kept.size());
  return std::max(0.0, fetch - travelling * passes.forward) + std::max(0.0, fetch - travelling * passes.backward);
}

void sort_by_time(Prediction& p) {
  const auto longer = [](const Tally::Row& a, const Tally::Row& b) { return a.priced_seconds > b.priced_seconds; };
  std::sort(p.expected.begin(), p.expected.end(), longer);
  std::vector<Tally::Row> floor;
  for (const Tally::Row& row : p.expected)
    floor.push_back(*std::find_if(p.floor.begin(), p.floor.end(), [&](const Tally::Row& r) { return r.op == row.op; }));
  p.floor = floor;
}

Json::Object to_json(const Prediction& p) {
  Json::Array ops;
  for (size_t i = 0; i < p.expected.size(); ++i)
    ops.emplace_back(Json::Object{{"op", std::string(p.expected[i].op)},
                                  {"calls", p.expected[i].calls},
                                  {"flops", p.expected[i].cost.flops},
                                  {"bytes", p.expected[i].cost.bytes},
                                  {"floor_seconds", p.floor[i].priced_seconds},
                                  {"expected_seconds", p.expected[i].priced_seconds}});
  return {{"expected_seconds_per_step", p.seconds()},
          {"floor_seconds_per_step", Prediction::sum(p.floor)},
          {"flops_per_step", p.flops()},
          {"planned_bytes", p.memory.total_bytes()},
          {"weights_bytes", p.memory.weights_bytes},
          {"arena_bytes", p.memory.arena_bytes},
          {"batch_bytes", p.memory.batch_bytes},
          {"kept_layers", p.memory.recomputation.whole_layers()},
          {"partly_kept_layers", p.memory.recomputation.partial_layers()},
          {"streamed_layers", p.memory.streamed_layers},
          {"streamed_bytes", p.memory.streamed_bytes},
          {"streaming_seconds", p.streaming_seconds},
          {"ops", std::move(ops)}};
}

void print_table(const Prediction& p, const Card& card) {
  std::printf("%-28s %8s %10s %10s %10s %10s\n", "op", "calls", "GFLOP", "GB", "floor ms", "expected");
  for (size_t i = 0; i < p.expected.size(); ++i) {
    const Tally::Row& row = p.expected[i];
    std::printf("%-28s %8lld %10.1f %10.3f %10.3f %10.3f\n", std::string(row.op).c_str(), static_cast<long long>(row.calls),
                row.cost.flops / 1e9, row.cost.bytes / 1e9, p.floor[i].priced_seconds * 1e3, row.priced_seconds * 1e3);
  }
  constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;
  const double seconds = p.seconds();
  int64_t calls = 0;
  for (const Tally::Row& row : p.expected) calls += row.calls;
  std::printf("%-28s %8lld\n", "all", static_cast<long long>(calls));
  std::printf("\npredicted on %s, not measured: %.2f ms a step (no faster than %.2f ms), %.2f TFLOP: %.0f TFLOP/s\n",
              std::string(card.name).c_str(), seconds * 1e3, Prediction::sum(p.floor) * 1e3, p.flops() / 1e12,
              p.flops() / seconds / 1e12);
  const auto gib = [](size_t bytes) { return static_cast<double>(bytes) / kGiB; };
  std::printf("memory: %.2f GiB, of it weights %.2f, adapter and optimizer %.2f, activations %.2f, batches %.2f\n",
              gib(p.memory.total_bytes()), gib(p.memory.weights_bytes),
              gib(p.memory.adapter_bytes + p.memory.optimizer_bytes + p.memory.ema_bytes), gib(p.memory.arena_bytes),
              gib(p.memory.batch_bytes));
  const Recomputation& kept = p.memory.recomputation;
  std::printf("of %zu layers %lld keep all activations and %lld some: %.0f%% less work than recomputing all; of %.0f GiB\n",
              kept.kept.size(), static_cast<long long>(kept.whole_layers()), static_cast<long long>(kept.partial_layers()),
              100 * kept.work_saved, card.memory_gib);
  if (p.memory.streamed_layers > 0)
    std::printf("weights of %lld layers wait on the host, %.2f GiB, fetched twice a micro-step; a step waits %.2f ms for them\n",
                static_cast<long long>(p.memory.streamed_layers), gib(p.memory.streamed_bytes), p.streaming_seconds * 1e3);
}

Products products_named(const std::string& name) {
  if (name == "library") return Products::library;
  if (name == "own") return Products::own;
  throw Error("bench/usage", "Expected --products to be library or own but found " + name);
}

}  // namespace

int predict_command(const std::vector<std::string>& words) {
  const Arguments arguments(words,
                            {"config", "latents", "condition", "batch", "rank", "checkpointing", "precision", "base", "card",
                             "products", "ranks", "accumulation", "link", "bandwidth", "network", "bus"},
                            {"json"});
  const DType dtype = precision(arguments);
  PlanRequest request = training_request(arguments, dtype);
  request.device = DeviceKind::cuda;
  const Card& card = card_of(arguments.text_or("card", "h100"));
  const Ceilings ceilings = card.ceilings(dtype);
  if (request.base == BasePrecision::fp8 && card.e4m3_flops == 0)
    throw Error("bench/usage", "--base fp8: the tensor cores of a " + std::string(card.name) + " do not multiply e4m3");
  const Products products = products_named(arguments.text_or("products", "library"));
  const bool chosen = arguments.text_or("checkpointing", "auto") == "auto";
  request.streamed_layers = choose_streamed(request, keeping_budget(card.bytes(), request.device));
  const MemoryPlan memory = chosen ? plan_within(request, keeping_budget(card.bytes(), request.device)) : plan_memory(request);
  request.kept = memory.recomputation.kept;
  const auto expected = [&](std::string_view op, const Cost& cost) { return expected_seconds(card, dtype, op, cost, products); };
  Prediction prediction{
      priced_step(request, [&](std::string_view op, const Cost& cost) { return ceilings.floor_seconds(op, cost); }),
      priced_step(request, expected), memory};
  sort_by_time(prediction);
  const Passes passes = priced_passes(request, expected);
  prediction.streaming_seconds = streaming_wait(memory, passes, static_cast<double>(arguments.count_or("bus", 20)) * 1e9);
  const RanksForecast ranks{.ranks = arguments.count_or("ranks", 1),
                            .micro_batches = arguments.count_or("accumulation", 4),
                            .forward_seconds = passes.forward,
                            .backward_seconds = passes.backward,
                            .update_seconds = Prediction::sum(prediction.expected) - passes.seconds(),
                            .gradient_bytes = 4.0 * static_cast<double>(memory.trained_parameters),
                            .modules = static_cast<int64_t>(memory.adapted_modules),
                            .link = link_between(card, arguments)};
  if (ranks.ranks < 1 || ranks.micro_batches < 1) throw Error("bench/usage", "Expected at least one rank and one micro-batch");
  switch (format(arguments)) {
    case Format::json: {
      Json::Object all = to_json(prediction);
      all["together"] = to_json(ranks);
      std::printf("%s\n", Json(std::move(all)).dump().c_str());
      return 0;
    }
    case Format::table:
      print_table(prediction, card);
      if (ranks.ranks > 1) print_ranks(ranks);
      return 0;
  }
  __builtin_unreachable();
}

}  // namespace sidestep::bench
