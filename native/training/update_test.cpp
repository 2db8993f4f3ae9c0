#include "training/update.h"

#include <cmath>
#include <limits>

#include "core/memory.h"
#include "ops/transfer.h"
#include "testing/fake_cuda_order.h"
#include "testing/test.h"
#include "training/memory_plan.h"

namespace sidestep {
namespace {

DitConfig one_layer() {
  DitConfig config;
  config.stack = {.hidden_size = 16,
                  .intermediate_size = 24,
                  .num_attention_heads = 2,
                  .num_key_value_heads = 1,
                  .head_dim = 8,
                  .windows = {kNoWindow}};
  config.in_channels = 12;
  config.audio_acoustic_hidden_dim = 4;
  config.patch_size = 2;
  config.condition_size = 16;
  return config;
}

/// Adapters of a tiny model, all of whose gradients are numbers we know.
struct Bench {
  explicit Bench(OptimizerType type) {
    adapters.initialise(1, work());
    adapters.refresh(work());
    optimizer = make_optimizer({.type = type, .learning_rate = 1e-2}, adapters.parameters(), stream);
    figures.begin();
    put(figures.next(1).loss, 0, 0.5F);
  }
  Workspace work() { return {arena, stream}; }
  Update update(double max_grad_norm = 1) {
    return {
        .adapters = adapters, .optimizer = *optimizer, .learning_rate = 1e-2, .max_grad_norm = max_grad_norm, .grad_factor = 2};
  }
  void put(const Tensor& t, int64_t index, float value) {
    const Storage host(DType::f32, {1});
    host.tensor().data<float>()[0] = value;
    transfer({host.view(), t.reshape({t.numel()}).slice(0, index, index + 1)}, stream);
  }
  void set_gradients() {
    for (const Parameter& p : adapters.parameters())
      for (int64_t i = 0; i < p.grad.numel(); ++i) put(p.grad, i, 0.01F * static_cast<float>(i % 7 - 3));
  }
  std::vector<float> everything() {
    std::vector<float> all;
    const auto add = [&](const ConstTensor& t) {
      const Storage host = to_host(t, stream);
      all.insert(all.end(), host.view().data<float>(), host.view().data<float>() + t.numel());
    };
    for (const Parameter& p : adapters.parameters()) add(p.value), add(p.grad);
    for (const Optimizer::NamedState& s : optimizer->state())
      if (s.tensor.dtype() == DType::f32) add(s.tensor);
    return all;
  }
  UpdateResult queued(const Update& u) {
    queue_update(u, figures, work());
    return judge(u, figures.read(stream).norms);
  }

  Stream stream{testing::device_under_test(), std::make_shared<ThreadPool>(1)};
  Dit model{one_layer(), Weights::random(3, DType::f32, stream)};
  AdapterSet adapters{model, {.type = AdapterType::lora, .rank = 2, .alpha = 4}};
  Arena arena{stream.device(), 8 << 20};
  std::unique_ptr<Optimizer> optimizer;
  StepFigures figures{{.micro_steps = 1, .batch_size = 1, .parameters = static_cast<int64_t>(adapters.parameters().size())},
                      stream.device()};
};

constexpr OptimizerType kRules[] = {OptimizerType::adamw, OptimizerType::adamw8bit, OptimizerType::adafactor};

TEST("update: decided on the device it is what the host would have decided, clipped or not") {
  for (const OptimizerType type : kRules) {
    for (const double max_grad_norm : {0.0, 0.01, 100.0}) {
      Bench host(type), device(type);
      host.set_gradients();
      device.set_gradients();
      const UpdateResult a = apply_update(host.update(max_grad_norm), host.work()),
                         b = device.queued(device.update(max_grad_norm));
      EXPECT(a.kind == UpdateResult::Kind::applied && b.kind == a.kind);
      EXPECT(a.grad_norm > 0.01 && a.grad_norm == b.grad_norm && a.module_norms == b.module_norms);
      EXPECT(host.everything() == device.everything());
      EXPECT(host.optimizer->scalars() == device.optimizer->scalars());
    }
  }
}

TEST(
    "update: a gradient that is no number is named and thrown away with all others, and the next update is as if it had not "
    "been") {
  for (const OptimizerType type : kRules) {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      Bench bench(type), clean(type);
      const std::vector<double> counters = bench.optimizer->scalars();
      bench.set_gradients();
      bench.put(bench.adapters.parameters()[3].grad, 1, bad);
      bench.put(bench.adapters.parameters()[5].grad, 0, bad);
      const UpdateResult result = bench.queued(bench.update());
      EXPECT(result.kind == UpdateResult::Kind::skipped);
      EXPECT(result.first_bad == bench.adapters.parameters()[3].name);
      EXPECT(bench.everything() == clean.everything());  // gradients too: zeros
      bench.optimizer->set_scalars(counters);
      for (Bench* b : {&bench, &clean}) b->set_gradients(), b->queued(b->update());
      EXPECT(bench.everything() == clean.everything());
    }
  }
}

TEST("update: a loss that is no number holds the update back, though every gradient is one") {
  Bench bench(OptimizerType::adamw), clean(OptimizerType::adamw);
  bench.set_gradients();
  bench.figures.begin();
  bench.put(bench.figures.next(1).loss, 0, std::numeric_limits<float>::infinity());
  queue_update(bench.update(), bench.figures, bench.work());
  EXPECT(std::isinf(bench.figures.read(bench.stream).micro_steps.front().loss));
  EXPECT(bench.everything() == clean.everything());
}

TEST("step figures: what several micro-batches leave is read together, each sample in its place") {
  Stream stream(testing::device_under_test());
  StepFigures figures({.micro_steps = 3, .batch_size = 2, .parameters = 1}, stream.device());
  for (int round = 0; round < 2; ++round) {  // the second step finds nothing of the first
    figures.begin();
    for (int64_t micro = 0; micro < 2; ++micro) {
      const int64_t samples = 2 - micro;
      const UnreadLosses unread = figures.next(samples);
      EXPECT(unread.per_sample.numel() == samples);
      const Storage host(DType::f32, {3});
      for (int i = 0; i < 3; ++i) host.tensor().data<float>()[i] = static_cast<float>(100 * round + 10 * micro + i);
      transfer({host.view().slice(0, 0, 1), unread.loss}, stream);
      transfer({host.view().slice(0, 1, 1 + samples), unread.per_sample}, stream);
    }
    EXPECT(figures.used_losses().numel() == 2);
    const StepFigures::Read read = figures.read(stream);
    const double base = 100 * round;
    EXPECT(read.micro_steps.size() == 2);
    EXPECT(read.micro_steps[0].loss == base && read.micro_steps[0].per_sample == (std::vector<double>{base + 1, base + 2}));
    EXPECT(read.micro_steps[1].loss == base + 10 && read.micro_steps[1].per_sample == std::vector<double>{base + 11});
  }
}

}  // namespace
}  // namespace sidestep
