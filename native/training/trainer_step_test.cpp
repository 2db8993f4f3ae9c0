#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <vector>

#include "ops/card_overhead.h"
#include "testing/fake_cuda_order.h"
#include "testing/variable.h"
#include "training/trainer_testing.h"

// A card is told a step as a whole and read once; the CPU looks at every loss. `sidestep_tests --device fake-cuda` and `--device
// cuda` go the first way. Adaptive timesteps of a share that never comes to pass send a card the second way: that is what it is
// compared with.
namespace sidestep {
namespace {

namespace fs = std::filesystem;
using testing::bytes_of, testing::deeper_model, testing::make_stream, testing::setup_of, testing::Songs, testing::spoil;

enum class Way : uint8_t { at_once, with_care };

std::string options_of(const std::string& optimizer, Way way) {
  const std::string share = way == Way::at_once ? "0" : "1e-300";
  return R"({"adapter": {"type": "lora", "rank": 8, "alpha": 16, "dropout": 0.1}, "epochs": 4, "batch_size": 2, "shuffle": "none",
    "gradient_accumulation_steps": 2, "cfg_dropout": 0.3, "ema_decay": 0.9, "max_grad_norm": 0.05, "max_nonfinite_steps": 100,
    "target_loss": {"loss": 3.0, "warmup_steps": 1}, "crop": {"max_latent_length": 15}, "schedule": {"type": "cosine", "warmup_steps": 1},
    "timestep": {"adaptive_ratio": )" +
         share + R"(}, "optimizer": {"type": ")" + optimizer + R"("}})";
}

struct Run {
  std::vector<StepReport> reports;
  std::string weights;
};

Run run_of(const TrainerSetup& setup, const fs::path& folder) {
  Stream stream = make_stream(1);
  Trainer trainer(setup, stream);
  Run run;
  while (!trainer.finished()) run.reports.push_back(trainer.step());
  trainer.save(folder);
  run.weights = bytes_of(folder / "adapter_model.safetensors");
  return run;
}

bool alike(const StepReport& a, const StepReport& b) {
  return a.kind == b.kind && a.global_step == b.global_step && a.loss == b.loss && a.learning_rate == b.learning_rate &&
         a.grad_norm == b.grad_norm && a.module_norms == b.module_norms && a.timesteps == b.timesteps &&
         std::equal(a.sample_losses.begin(), a.sample_losses.end(), b.sample_losses.begin(), b.sample_losses.end(),
                    [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); }) &&
         a.sample_names == b.sample_names && a.nonfinite_total == b.nonfinite_total && a.diagnosis == b.diagnosis &&
         a.epoch_finished == b.epoch_finished && a.epoch_loss == b.epoch_loss && a.target_loss_scale == b.target_loss_scale;
}

void expect_alike(const Run& a, const Run& b) {
  EXPECT(!a.reports.empty() && a.reports.size() == b.reports.size());
  for (size_t i = 0; i < a.reports.size(); ++i) EXPECT(alike(a.reports[i], b.reports[i]));
  EXPECT(!a.weights.empty() && a.weights == b.weights);
}

TEST("trainer step: told at once or looked at on the way, a run is the same, for every optimizer and order of a card's work") {
  const Songs songs;
  for (const char* optimizer : {"adamw", "adamw8bit", "adafactor", "prodigy"}) {
    const Run care = run_of(setup_of(songs, options_of(optimizer, Way::with_care)), songs.folder / "care");
    for (const char* order : testing::kOrders) {
      const testing::FakeCudaOrder chosen(order);
      expect_alike(run_of(setup_of(songs, options_of(optimizer, Way::at_once)), songs.folder / "once"), care);
    }
  }
}

TEST("trainer step: a sample without a finite loss is left out and named, and the others of its step still count, either way") {
  const Songs songs;
  spoil(songs.paths[2]);
  for (const char* optimizer : {"adamw", "adamw8bit", "adafactor"}) {
    const Run once = run_of(setup_of(songs, options_of(optimizer, Way::at_once)), songs.folder / "once");
    expect_alike(once, run_of(setup_of(songs, options_of(optimizer, Way::with_care)), songs.folder / "care"));
    const StepReport& first = once.reports.front();  // song0 and song1, then song2 and song3
    EXPECT(first.kind == StepReport::Kind::applied && first.nonfinite_total == 1);
    EXPECT(first.diagnosis.find("sample song2") == 0);
    EXPECT(std::isfinite(first.loss) && std::isfinite(first.grad_norm));
  }
}

TEST("trainer step: a card is waited for once a step") {
  const Songs songs;
  Stream stream = make_stream(1);
  Trainer trainer(setup_of(songs, options_of("adamw", Way::at_once)), stream);
  for (int i = 0; i < 3; ++i) trainer.step();  // as it is, recorded, replayed
  for (int i = 0; i < 4; ++i) {
    const int64_t before = stream.waits();
    trainer.step();
    EXPECT(stream.waits() - before == (stream.device().kind == DeviceKind::cuda ? 1 : 0));
  }
}

TEST("trainer step: a run that goes on from any of its checkpoints ends as the whole one, though the next step had begun") {
  const Songs songs;
  std::string options = options_of("adamw", Way::at_once);
  const std::string accumulated = R"("gradient_accumulation_steps": 2)";
  options.replace(options.find(accumulated), accumulated.size(), R"("gradient_accumulation_steps": 1)");
  const TrainerSetup setup = setup_of(songs, options);
  const fs::path whole = songs.folder / "whole";
  std::vector<fs::path> checkpoints;
  {
    Stream stream = make_stream(1);
    Trainer trainer(setup, stream);
    while (!trainer.finished()) {
      trainer.step();
      checkpoints.push_back(songs.folder / ("checkpoint" + std::to_string(checkpoints.size())));
      trainer.save(checkpoints.back());
    }
    trainer.save(whole);
  }
  const std::string expected = run_of(setup, songs.folder / "unsaved").weights;
  EXPECT(checkpoints.size() > 6 && bytes_of(whole / "adapter_model.safetensors") == expected);
  for (size_t i = 0; i + 1 < checkpoints.size(); ++i) {
    Stream stream = make_stream(1);
    Trainer trainer(setup, stream);
    trainer.load(checkpoints[i]);
    while (!trainer.finished()) trainer.step();
    trainer.save(songs.folder / "resumed");
    EXPECT(bytes_of(songs.folder / "resumed" / "adapter_model.safetensors") == expected);
    EXPECT(bytes_of(songs.folder / "resumed" / "training_state.safetensors") == bytes_of(whole / "training_state.safetensors"));
  }
}

TEST("trainer step: a sample that cannot be read stops the step that needs it, not the one before") {
  const Songs songs;
  Stream stream = make_stream(1);
  const TrainerSetup setup =
      setup_of(songs, R"({"adapter": {"type": "lora", "rank": 4}, "epochs": 2, "shuffle": "none", "batch_size": 1,
    "gradient_accumulation_steps": 1})");
  Trainer trainer(setup, stream);
  trainer.step();
  fs::remove(songs.paths[4]);
  for (int step = 2; step <= 4; ++step) EXPECT(trainer.step().kind == StepReport::Kind::applied);
  EXPECT(trainer.global_step() == 4);
  EXPECT_ERROR(trainer.step(), "native/file-unreadable");
  EXPECT(trainer.global_step() == 4);
}

TEST("trainer step: who stops a run between two steps is told so by the next, and no step is half done") {
  const Songs songs;
  const TrainerSetup setup =
      setup_of(songs, R"({"adapter": {"type": "lora", "rank": 4, "dropout": 0.1}, "epochs": 2, "batch_size": 2,
    "gradient_accumulation_steps": 1, "cfg_dropout": 0.3})");
  const std::string expected = run_of(setup, songs.folder / "whole").weights;
  Stream stream = make_stream(1);
  Trainer trainer(setup, stream);
  std::atomic<bool> stop = false;
  stream.set_cancel_flag(&stop);
  while (!trainer.finished()) {
    stop = true;
    const int64_t before = trainer.global_step();
    EXPECT_ERROR(trainer.step(), "native/cancelled");
    EXPECT(trainer.global_step() == before);
    stop = false;
    trainer.step();
  }
  trainer.save(songs.folder / "stopped");
  EXPECT(bytes_of(songs.folder / "stopped" / "adapter_model.safetensors") == expected);
}

/// A card's recorded runs, and on a made-up one all orders told op by op besides.
std::string offloaded(const std::string& checkpointing, const Songs& songs) {
  TrainerSetup setup =
      setup_of(songs, R"({"adapter": {"type": "dora", "rank": 4}, "epochs": 3, "batch_size": 2, "gradient_accumulation_steps": 1,
    "cfg_dropout": 0.3, "gradient_checkpointing": {)" +
                          checkpointing + "}}");
  setup.model_folder = deeper_model(songs);
  return run_of(setup, songs.folder / "offloaded").weights;
}

TEST("trainer step: offloaded activations change nothing in what is trained, recomputed or kept") {
  const Songs songs;
  for (const std::string ratio : {"\"ratio\": 1", "\"ratio\": 0.5", "\"enabled\": false"}) {
    const std::string kept = offloaded(ratio, songs);
    EXPECT(!kept.empty() && kept == offloaded(ratio + R"(, "offload": true)", songs));
    const testing::Variable graphs("SIDESTEP_CUDA_GRAPHS", "off");
    for (const char* order : testing::kOrders) {
      const testing::FakeCudaOrder chosen(order);
      EXPECT(kept == offloaded(ratio + R"(, "offload": true)", songs));
    }
  }
}

TEST("trainer step: a plan says what offloading saves on a card, and that it saves nothing on the CPU") {
  const Songs songs;
  const auto plan = [&](const char* offload, DeviceKind device) {
    TrainerSetup setup =
        setup_of(songs, std::string(R"({"adapter": {"type": "lora", "rank": 4}, "gradient_checkpointing": {"offload": )") +
                            offload + "}}");
    setup.device = device;
    setup.model_folder = deeper_model(songs);
    return plan_training(setup, SampleLengths{.samples = 5, .frames = 3000, .tokens = 20}).memory;
  };
  const MemoryPlan there = plan("false", DeviceKind::cuda), away = plan("true", DeviceKind::cuda);
  EXPECT(away.host_bytes > 0 && there.host_bytes == 0);
  EXPECT(away.arena_bytes < there.arena_bytes && away.total_bytes() < there.total_bytes());
  const MemoryPlan cpu = plan("true", DeviceKind::cpu);
  EXPECT(cpu.host_bytes == 0 && cpu.total_bytes() == plan("false", DeviceKind::cpu).total_bytes());
}

/// Of a model that has nothing large but attention over whole songs.
size_t planned_arena(const Songs& songs, int64_t heads, int64_t head_dim, int64_t frames) {
  const fs::path model = songs.folder / ("heads of " + std::to_string(head_dim));
  fs::create_directories(model);
  const Json heads_json(heads);
  std::ofstream(model / "config.json") << Json(Json::Object{{"hidden_size", int64_t{64}},
                                                            {"intermediate_size", int64_t{64}},
                                                            {"num_hidden_layers", int64_t{1}},
                                                            {"num_attention_heads", heads_json},
                                                            {"num_key_value_heads", heads_json},
                                                            {"head_dim", head_dim},
                                                            {"layer_types", Json::Array{"full_attention"}}})
                                              .dump();
  TrainerSetup setup = setup_of(songs, R"({"adapter": {"type": "lora", "rank": 4}, "gradient_checkpointing": {"ratio": 1}})");
  setup.model_folder = model;
  setup.device = DeviceKind::cuda;
  setup.compute_dtype = DType::bf16;
  return plan_training(setup, SampleLengths{.samples = 1, .frames = frames, .tokens = 20}).memory.arena_bytes;
}

TEST("trainer step: a plan has the gradients of the scores, which a card's attention in 16 bits keeps in memory for a moment") {
  const Songs songs;
  constexpr int64_t kPatches = 3000;
  constexpr auto kScores = static_cast<double>(kPatches * kPatches * 2);
  // Scores grow with the square of the patches, all else with the patches: what twice as many take beyond twice the memory are
  // two times the scores.
  const auto squares = [&](int64_t heads, int64_t head_dim) {
    const size_t half = planned_arena(songs, heads, head_dim, 2 * kPatches);
    return static_cast<double>(planned_arena(songs, heads, head_dim, 4 * kPatches)) - 2 * static_cast<double>(half);
  };
  EXPECT(std::abs(squares(1, 64) / (2 * kScores) - 1) < 0.02);
  EXPECT(std::abs(squares(2, 32)) < 0.02 * kScores);  // heads that the kernel is not for
}

TrainerSetup deep_setup(const Songs& songs, const std::string& more = "") {
  TrainerSetup setup =
      setup_of(songs, R"({"adapter": {"type": "lora", "rank": 4, "dropout": 0.2}, "epochs": 2, "gradient_accumulation_steps": 2,
    "batch_size": 2, "cfg_dropout": 0.3)" +
                          more + "}");
  setup.model_folder = deeper_model(songs);
  return setup;
}

TEST("trainer step: what is kept follows the memory there is, and never changes what is trained") {
  const Songs songs;
  const auto limited = [&](size_t limit) {
    TrainerSetup setup = deep_setup(songs);
    setup.memory_limit_bytes = limit;
    return setup;
  };
  const size_t ample = size_t{1} << 40;
  const MemoryPlan all = plan_training(limited(ample)).memory, none = plan_training(limited(0)).memory;
  EXPECT(all.recomputation.whole_layers() == 6 && none.recomputation.whole_layers() == 1);
  EXPECT(none.recomputation.work_saved == 0 && all.recomputation.work_saved > 0.1);
  const std::string weights = run_of(limited(ample), songs.folder / "ample").weights;
  EXPECT(!weights.empty() && weights == run_of(limited(0), songs.folder / "least").weights);
  size_t before = none.total_bytes();
  for (const double share : {0.1, 0.3, 0.5, 0.7, 0.9}) {
    const auto budget =
        none.total_bytes() + static_cast<size_t>(share * static_cast<double>(all.total_bytes() - none.total_bytes()));
    size_t limit = budget;
    while (keeping_budget(limit, testing::device_under_test().kind) < budget) ++limit;
    const MemoryPlan plan = plan_training(limited(limit)).memory;
    EXPECT(plan.total_bytes() <= budget && plan.total_bytes() > before);
    EXPECT(plan.recomputation.whole_layers() + plan.recomputation.partial_layers() > 1);
    before = plan.total_bytes();
    EXPECT(weights == run_of(limited(limit), songs.folder / "limited").weights);  // native/arena-exhausted if the plan were short
  }
}

/// Of a model of six layers, so many wait on the host.
TrainerSetup streaming(const Songs& songs, int64_t layers, const std::string& more = "") {
  TrainerSetup setup = deep_setup(songs, more);
  setup.streamed_layers = layers;
  return setup;
}

TEST("trainer step: layers that wait on the host change no byte, in any order of a card's work, recorded or not") {
  if (testing::device_under_test().kind != DeviceKind::cuda) return;  // a CPU's weights lie on the host
  const Songs songs;
  for (const char* more : {"", R"(, "base_precision": "8bit")", R"(, "base_precision": "int8")",
                           R"(, "gradient_checkpointing": {"ratio": 1, "offload": true})"}) {
    const std::string resident = run_of(streaming(songs, 0, more), songs.folder / "resident").weights;
    EXPECT(!resident.empty());
    EXPECT(run_of(streaming(songs, 3, more), songs.folder / "streamed").weights == resident);
    if (*more != '\0') continue;
    for (const int64_t layers : {1, 6}) EXPECT(run_of(streaming(songs, layers), songs.folder / "streamed").weights == resident);
    const testing::Variable graphs("SIDESTEP_CUDA_GRAPHS", "off");
    for (const char* order : testing::kOrders) {
      const testing::FakeCudaOrder chosen(order);
      EXPECT(run_of(streaming(songs, 6), songs.folder / "streamed").weights == resident);
    }
  }
}

TEST(
    "trainer step: as many layers wait on the host as it takes, and none where all fits or an adapter reads weights between "
    "passes") {
  const Songs songs;
  const auto planned = [&](const TrainerSetup& setup) { return plan_training(setup).memory; };
  TrainerSetup setup = deep_setup(songs);
  setup.device = DeviceKind::cuda;
  TrainerSetup frugal = setup;
  frugal.memory_limit_bytes = 0;  // nothing fits: nothing is kept, and nothing streamed in vain
  const MemoryPlan least = planned(frugal);
  EXPECT(least.streamed_layers == 0 && least.streamed_bytes == 0);
  const auto streamed = [&](int64_t layers) {
    TrainerSetup some = frugal;
    some.streamed_layers = layers;
    return planned(some);
  };
  const MemoryPlan three = streamed(3), all = streamed(6);
  // Two places take what layers take, aligned.
  const size_t place = three.streamed_bytes / 3, layer = (three.weights_bytes - all.weights_bytes) / 3;
  EXPECT(all.streamed_bytes == 6 * place && all.host_bytes == all.streamed_bytes);
  EXPECT(layer > 0 && place >= layer && place < layer + layer / 8);
  EXPECT(least.weights_bytes - three.weights_bytes == 3 * layer - 2 * place);
  const auto within = [&](size_t bytes, const char* adapter = "lora") {
    TrainerSetup limited = setup;
    limited.options =
        Json::parse(R"({"adapter": {"type": ")" + std::string(adapter) + R"(", "rank": 4, "dropout": 0.2}, "epochs": 2,
      "gradient_accumulation_steps": 2, "batch_size": 2, "cfg_dropout": 0.3})");
    limited.memory_limit_bytes = bytes;
    return planned(limited);
  };
  EXPECT(within(least.total_bytes()).streamed_layers == 0);
  EXPECT(within(least.total_bytes() - 1).streamed_layers == 3);
  EXPECT(within(all.total_bytes()).streamed_layers == 6 && within(all.total_bytes()).total_bytes() == all.total_bytes());
  EXPECT(within(all.total_bytes() - 1).streamed_layers == 0);
  EXPECT(within(all.total_bytes(), "dora").streamed_layers == 0);
}

TEST("trainer step: of what could be kept, attention over whole songs comes first: it saves the most arithmetic a byte") {
  const Songs songs;
  const SampleLengths longs{.samples = 5, .frames = 6000, .tokens = 20};
  TrainerSetup setup = deep_setup(songs);
  setup.memory_limit_bytes = 0;
  const MemoryPlan none = plan_training(setup, longs).memory;
  setup.memory_limit_bytes = 2 * none.total_bytes() - none.overhead_bytes;
  const MemoryPlan some = plan_training(setup, longs).memory;
  const KeptLayers& kept = some.recomputation.kept;
  EXPECT(some.recomputation.work_saved > 0 && some.flops_per_micro_step < none.flops_per_micro_step);
  // Layers attend to a window and to everything by turns.
  for (size_t layer = 0; layer + 1 < kept.size(); ++layer)
    if (kept[layer].self_attn && layer % 2 == 0) EXPECT(kept[1].self_attn && kept[3].self_attn);
}

TEST("trainer step: ranks on cards leave memory for what connects them, and keep as much less") {
  const Songs songs;
  const SampleLengths longs{.samples = 5, .frames = 6000, .tokens = 20};
  const auto plan = [&](DeviceKind device, int64_t ranks, std::optional<size_t> limit = {}) {
    TrainerSetup setup = deep_setup(songs);
    setup.device = device;
    setup.ranks = ranks;
    setup.memory_limit_bytes = limit;
    return plan_training(setup, longs).memory;
  };
  const MemoryPlan one = plan(DeviceKind::cuda, 1), two = plan(DeviceKind::cuda, 2);
  EXPECT(two.overhead_bytes == one.overhead_bytes + kLinkBytes && two.total_bytes() == one.total_bytes() + kLinkBytes);
  EXPECT(plan(DeviceKind::cuda, 4).overhead_bytes == two.overhead_bytes);
  EXPECT(plan(DeviceKind::cpu, 2).overhead_bytes == 0);
  const size_t limit = one.total_bytes();
  const size_t kept = plan(DeviceKind::cuda, 2, limit).arena_bytes;
  EXPECT(kept == plan(DeviceKind::cuda, 1, limit - kLinkBytes).arena_bytes);
  EXPECT(kept < plan(DeviceKind::cuda, 1, limit).arena_bytes);
}

TEST("trainer step: an own share, and none, are done as they are written, whatever there is") {
  const Songs songs;
  const auto plan = [&](const std::string& checkpointing) {
    TrainerSetup setup = deep_setup(songs, R"(, "gradient_checkpointing": )" + checkpointing);
    setup.memory_limit_bytes = 0;
    return plan_training(setup).memory.recomputation;
  };
  EXPECT(plan(R"({"ratio": 0.5})").whole_layers() == 3 && plan(R"({"enabled": false})").whole_layers() == 6);
  EXPECT(plan(R"({"ratio": 1})").work_saved == 0 && plan(R"({"ratio": 1})").whole_layers() == 1);
}

}  // namespace
}  // namespace sidestep
