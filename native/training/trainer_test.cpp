#include "training/trainer.h"

#include <cmath>
#include <filesystem>

#include "adapters/adapter_file.h"
#include "core/safetensors.h"
#include "ops/elementwise.h"
#include "testing/test.h"
#include "training/dataset.h"
#include "training/target_loss.h"
#include "training/trainer_testing.h"

namespace sidestep {
namespace {

using testing::bytes_of, testing::make_stream, testing::setup_of, testing::Songs, testing::spoil;
namespace fs = std::filesystem;

/// Everything that keeps state at once: crops, adaptive timesteps, an average, dropout, partial groups, a target loss.
std::string busy_options(const std::string& optimizer) {
  return R"({"adapter": {"type": "lora", "rank": 96, "alpha": 48, "dropout": 0.1}, "epochs": 3, "batch_size": 2,
    "gradient_accumulation_steps": 2, "cfg_dropout": 0.3, "ema_decay": 0.9, "crop": {"max_latent_length": 15, "decay_every_epochs": 1},
    "timestep": {"adaptive_ratio": 0.5}, "target_loss": {"loss": 3.0, "warmup_steps": 1},
    "schedule": {"type": "cosine", "warmup_steps": 1}, "optimizer": {"type": ")" +
         optimizer + R"("}})";
}

TEST("trainer: stopping at any step and resuming gives the same bytes, for every optimizer") {
  const Songs songs;
  const fs::path whole = songs.folder / "whole", part = songs.folder / "part", end = songs.folder / "end";
  for (const std::string& optimizer : optimizer_names()) {
    const TrainerSetup setup = setup_of(songs, busy_options(optimizer));
    Stream stream = make_stream(2);
    Trainer uninterrupted(setup, stream);
    std::vector<double> losses;
    while (!uninterrupted.finished()) losses.push_back(uninterrupted.step().loss);
    EXPECT(losses.size() == 6);
    uninterrupted.save(whole);
    for (const size_t stop : {size_t{1}, size_t{2}, size_t{5}}) {
      Stream other = make_stream(1);  // another number of threads: the same bits
      Trainer first(setup, other);
      for (size_t i = 0; i < stop; ++i) EXPECT(first.step().loss == losses[i]);
      first.save(part);
      Trainer second(setup, other);
      second.load(part);
      for (size_t i = stop; i < losses.size(); ++i) EXPECT(second.step().loss == losses[i]);
      EXPECT(second.finished());
      second.save(end);
      EXPECT(bytes_of(whole / "training_state.safetensors") == bytes_of(end / "training_state.safetensors"));
      EXPECT(bytes_of(whole / "adapter_model.safetensors") == bytes_of(end / "adapter_model.safetensors"));
      first.step();      // while the batch after it is being read …
      first.load(part);  // … the run goes back
      EXPECT(first.step().loss == losses[stop]);
    }
  }
}

TEST("trainer: the loss falls, and another seed gives other weights") {
  const Songs songs;
  Stream stream = make_stream(2);
  const std::string options = R"({"adapter": {"type": "lora", "rank": 8, "alpha": 16, "dropout": 0}, "epochs": 12,
    "gradient_accumulation_steps": 1, "cfg_dropout": 0, "optimizer": {"type": "adamw", "learning_rate": 0.003}, "seed": )";
  Trainer trainer(setup_of(songs, options + "1}"), stream);
  const double before = trainer.validate().loss;
  EXPECT(before == trainer.validate().loss);
  std::vector<double> epochs;
  while (!trainer.finished()) {
    const StepReport report = trainer.step();
    if (report.epoch_finished) epochs.push_back(report.epoch_loss);
  }
  EXPECT(epochs.size() == 12);
  EXPECT(trainer.validate().loss < before);
  Trainer other(setup_of(songs, options + "2}"), stream);
  EXPECT(other.step().loss != Trainer(setup_of(songs, options + "1}"), stream).step().loss);
}

TEST("trainer: more epochs continue a finished run; other samples or shapes are refused") {
  const Songs songs;
  const fs::path folder = songs.folder / "checkpoint";
  Stream stream = make_stream(2);
  const auto options = [](const std::string& rank, const std::string& epochs) {
    return R"({"adapter": {"type": "lora", "rank": )" + rank + R"(}, "epochs": )" + epochs + "}";
  };
  Trainer trainer(setup_of(songs, options("4", "1")), stream);
  while (!trainer.finished()) trainer.step();
  trainer.save(folder);
  Trainer longer(setup_of(songs, options("4", "2")), stream);
  longer.load(folder);
  EXPECT(!longer.finished());
  EXPECT(longer.step().epoch == 2);
  EXPECT(inspect_checkpoint(folder).at("samples").as_int() == 5);
  Trainer wider(setup_of(songs, options("5", "2")), stream);
  EXPECT_ERROR(wider.load(folder), "train/state-mismatch");
  TrainerSetup fewer = setup_of(songs, options("4", "2"));
  fewer.samples.pop_back();
  Trainer other(fewer, stream);
  EXPECT_ERROR(other.load(folder), "train/state-mismatch");
  other.load(folder, Resume::fork);
  EXPECT(other.global_step() == 0);
}

TEST("trainer: a checkpoint folder is an adapter folder") {
  const Songs songs;
  Stream stream = make_stream(2);
  for (const char* type : {"lora", "dora", "lokr", "loha", "oft"}) {
    const std::string block = std::string(type) == "oft" ? R"(, "block_size": 8)" : R"(, "rank": 4, "alpha": 4)";
    Trainer trainer(setup_of(songs, R"({"adapter": {"type": ")" + std::string(type) + "\"" + block + R"(}, "max_steps": 2})"),
                    stream);
    while (!trainer.finished()) trainer.step();
    EXPECT(trainer.global_step() == 2);
    trainer.save(songs.folder / type, {{"made_by", "test"}});
    const AdapterFile file = open_adapter(songs.folder / type);
    EXPECT(std::string(adapter_type_name(file.config.type)) == type);
    EXPECT(file.file.metadata().at("made_by") == "test");
  }
}

TEST("trainer: a sample with infinite activations is named, skipped and counted, then ends the run") {
  Songs songs;
  spoil(songs.paths[0]);
  Stream stream = make_stream(2);
  const std::string options = R"({"adapter": {"type": "lora", "rank": 4}, "gradient_accumulation_steps": 5, "shuffle": "none"})";
  Trainer trainer(setup_of(songs, options), stream);
  const StepReport report = trainer.step();
  EXPECT(report.kind == StepReport::Kind::applied);
  EXPECT(report.nonfinite_total == 1);
  EXPECT(report.diagnosis.find("song0") != std::string::npos);
  EXPECT(std::isfinite(report.loss));
  TrainerSetup only = setup_of(songs, R"({"adapter": {"type": "lora", "rank": 4}, "max_nonfinite_steps": 3})");
  only.samples.assign(1, SampleFiles(songs.paths[0]));
  Trainer doomed(only, stream);
  std::string said;
  try {
    while (true) doomed.step();
  } catch (const Error& error) {
    said = error.code() + std::string(": ") + error.what();
  }
  EXPECT(said.starts_with("train/nonfinite-loss: 3 micro-batches in a row"));
}

TEST("trainer: bad options say which field") {
  const Songs songs;
  Stream stream = make_stream(1);
  EXPECT_ERROR(Trainer(setup_of(songs, R"({"epoch": 3})"), stream), "train/option-unknown");
  EXPECT_ERROR(Trainer(setup_of(songs, R"({"padding": "zero"})"), stream), "train/option-invalid");
  EXPECT_ERROR(Trainer(setup_of(songs, R"({"adapter": {"type": "lora", "rnk": 3}})"), stream), "adapter/option-unknown");
  EXPECT_ERROR(Trainer(setup_of(songs, R"({"epochs": 0})"), stream), "train/option-invalid");
  TrainerSetup none = setup_of(songs, "{}");
  none.samples.clear();
  EXPECT_ERROR(Trainer(none, stream), "train/no-samples");
}

TEST("trainer: the plan's arena is what the step takes") {
  const Songs songs;
  Stream stream = make_stream(2);
  const TrainerSetup setup = setup_of(songs, R"({"adapter": {"type": "dora", "rank": 4}, "batch_size": 2, "max_steps": 2})");
  Trainer trainer(setup, stream);
  const PlannedRun planned = plan_training(setup);
  EXPECT(planned.memory.arena_bytes == trainer.memory().arena_bytes);
  EXPECT(planned.memory.total_bytes() == trainer.memory().total_bytes());
  const SampleLengths lengths{.samples = 5, .frames = planned.shape.longest_frames, .tokens = planned.shape.longest_tokens};
  EXPECT(plan_training(setup, lengths).memory.total_bytes() == planned.memory.total_bytes());
  EXPECT_ERROR(plan_training(setup, SampleLengths{}), "train/no-samples");
  EXPECT(trainer.memory().flops_per_micro_step > 0);
  while (!trainer.finished()) trainer.step();  // native/arena-exhausted if the plan were short
}

/// Weights and everything else that a real trainer of these options owns, beside what was planned.
void expect_as_planned(const TrainerSetup& setup, Stream& stream) {
  Trainer trainer(setup, stream);
  EXPECT(plan_training(setup).memory.total_bytes() == trainer.memory().total_bytes());
  while (!trainer.finished()) trainer.step();  // native/arena-exhausted if the plan were short
}

TEST("trainer: a frozen model in 8 bits takes what was planned, for every kind of adapter, and less than the whole one") {
  const Songs songs;
  Stream stream = make_stream(2);
  const auto options = [](const std::string& type, const std::string& base) {
    const std::string shape = type == "oft" ? R"("block_size": 8)" : R"("rank": 4, "alpha": 4)";
    return R"({"adapter": {"type": ")" + type + "\", " + shape + R"(, "target_mlp": true}, "max_steps": 2, "batch_size": 2,
      "base_precision": ")" +
           base + "\"}";
  };
  for (const char* type : {"lora", "dora", "lokr", "loha", "oft"})
    for (const char* base : {"8bit", "int8", "fp8"}) expect_as_planned(setup_of(songs, options(type, base)), stream);
  const auto weights = [&](const char* base, DeviceKind device) {
    TrainerSetup setup = setup_of(songs, options("lora", base));
    setup.device = device;
    return plan_training(setup).memory.weights_bytes;
  };
  EXPECT(weights("8bit", DeviceKind::cpu) < weights("auto", DeviceKind::cpu));
  for (const DeviceKind device : {DeviceKind::cpu, DeviceKind::cuda}) {
    EXPECT(weights("int8", device) == weights("8bit", device));  // a scale a row, and no row here is longer than a block of 64
    EXPECT(weights("fp8", device) < weights("int8", device));    // a scale for all rows of one input
  }
  EXPECT(weights("auto", DeviceKind::cuda) > weights("auto", DeviceKind::cpu));  // f32 there, the checkpoint's bf16 here
  EXPECT_ERROR(plan_training(setup_of(songs, options("lora", "4bit"))), "train/option-invalid");
}

/// The same checkpoint with every tensor in f32.
void write_widened(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  fs::copy_file(from / "config.json", to / "config.json");
  const WeightFiles files = WeightFiles::open(from);
  Stream host(Device{});
  std::vector<Storage> wide;
  std::vector<NamedTensor> tensors;
  for (const std::string& name : files.names()) {
    wide.emplace_back(DType::f32, files.tensor(name).shape());
    copy({files.tensor(name), wide.back().tensor()}, host);
    tensors.push_back({name, wide.back().view()});
  }
  write_safetensors(to / "model.safetensors", tensors, {});
}

TEST("trainer: a 16-bit checkpoint left as it lies gives the bits of one widened beforehand, on a CPU in less memory") {
  const Songs songs;
  Stream stream = make_stream(1);
  const TrainerSetup stored = setup_of(songs, R"({"adapter": {"type": "dora", "rank": 4}, "max_steps": 3})");
  TrainerSetup widened = stored;
  widened.model_folder = songs.folder / "widened";
  write_widened(stored.model_folder, widened.model_folder);
  Trainer as_stored(stored, stream), wide(widened, stream);
  const bool on_card = testing::device_under_test().kind == DeviceKind::cuda;  // it holds a copy in its own dtype in any case
  if (on_card)
    EXPECT(as_stored.memory().weights_bytes == wide.memory().weights_bytes);
  else
    EXPECT(as_stored.memory().weights_bytes < wide.memory().weights_bytes);
  while (!wide.finished()) EXPECT(as_stored.step().loss == wide.step().loss);
  as_stored.save(songs.folder / "a");
  wide.save(songs.folder / "b");
  EXPECT(bytes_of(songs.folder / "a" / "adapter_model.safetensors") ==
         bytes_of(songs.folder / "b" / "adapter_model.safetensors"));
}

/// The mean distance of two curves of losses, as a share of the first one's mean.
double distance(const std::vector<double>& from, const std::vector<double>& to) {
  double difference = 0, sum = 0;
  for (size_t i = 0; i < from.size(); ++i) {
    difference += std::abs(from[i] - to[i]);
    sum += from[i];
  }
  return difference / sum;
}
double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

TEST("trainer: 8-bit frozen weights change the loss by little over 200 steps") {
  const Songs songs;
  Stream stream = make_stream(1);
  const auto losses = [&](const char* base, DType computes) {
    TrainerSetup setup = setup_of(songs, R"({"adapter": {"type": "lora", "rank": 8, "alpha": 16, "dropout": 0}, "epochs": 40,
      "gradient_accumulation_steps": 1, "crop": {"max_latent_length": 12}, "base_precision": ")" +
                                             std::string(base) + "\"}");
    setup.compute_dtype = computes;
    Trainer trainer(setup, stream);
    std::vector<double> found;
    while (!trainer.finished()) found.push_back(trainer.step().loss);
    EXPECT(found.size() == 200);
    return found;
  };
  const std::vector<double> whole = losses("auto", DType::f32), blocks = losses("8bit", DType::f32);
  // The largest of 64 normal weights is about 2.5 deviations: rounding to steps of 1/127 of it adds noise of
  // 2.5 / (127 sqrt(12)) = 0.6% of a weight, and the loss may not move by more. Found: 0.22% a step, 0.04% in the mean.
  EXPECT(distance(whole, blocks) < 6e-3);
  EXPECT(distance(whole, blocks) > 0);
  // Products of codes quantise what is multiplied with the weights besides, on the way up and down. Beside bf16, as on a card.
  const std::vector<double> bf16 = losses("auto", DType::bf16);
  for (const char* base : {"int8", "fp8"}) {
    const std::vector<double> codes = losses(base, DType::bf16);
    EXPECT(distance(bf16, codes) < 0.03);
    EXPECT(std::abs(mean(codes) / mean(bf16) - 1) < 0.03);
    EXPECT(distance(bf16, codes) > 0);
  }
}

TEST("timesteps: upstream's law is the larger of two draws, and its quantiles are known") {
  TimestepOptions options;
  const auto mean_of = [&](TimestepLaw law) {
    options.law = law;
    double sum = 0;
    for (uint64_t i = 0; i < 20000; ++i) sum += draw_timestep(options, {.seed = 1, .purpose = Purpose::timestep, .step = i});
    return sum / 20000;
  };
  EXPECT(std::abs(mean_of(TimestepLaw::upstream) - 0.535) < 0.006);
  EXPECT(std::abs(mean_of(TimestepLaw::single) - 0.419) < 0.006);
  EXPECT(std::abs(mean_of(TimestepLaw::discrete) - 0.735) < 0.006);
}

TEST("timesteps: the adaptive sampler goes where the loss is high") {
  AdaptiveTimesteps sampler;
  for (int i = 0; i < 2000; ++i) sampler.update({0.05F, 0.55F}, {0.01, 3.0});
  int high = 0;
  for (uint64_t i = 0; i < 1000; ++i) {
    const double t = sampler.draw({.seed = 1, .step = i});
    EXPECT(t >= 0 && t <= 1);
    high += t >= 0.5 && t < 0.6 ? 1 : 0;
  }
  EXPECT(high > 200);
}

TEST("timesteps: a bin's loss is a moving average, from 1, of the means of its samples, with decay 0.99") {
  AdaptiveTimesteps sampler;
  sampler.update({0.02F, 0.08F, 1.F}, {2.0, 6.0, 0.0});
  EXPECT(std::abs(sampler.state()[0] - (0.99 + 0.01 * 4)) < 1e-12);
  EXPECT(sampler.state()[1] == 1.0);  // none of its own
  EXPECT(std::abs(sampler.state()[9] - 0.99) < 1e-12);
}

TEST("crops: coverage visits every part of a song, the last start included") {
  CropSampler sampler(1);
  const CropOptions options{.frames = 10};
  std::vector<int> seen(33);
  for (uint64_t i = 0; i < 400; ++i) {
    const int64_t start = sampler.draw(options, 0, 42, {.seed = 3, .step = i});
    EXPECT(start >= 0 && start <= 32);
    ++seen[static_cast<size_t>(start)];
  }
  for (const int count : seen) EXPECT(count > 0);
}

TEST("target loss: full rate above the margin, the floor at the target, less below") {
  TargetLoss target({.loss = 1, .floor = 0.01, .warmup_steps = 5, .smoothing = 0}, 0);
  target.update(0.5, 4);
  EXPECT(target.scale() == 1);
  target.update(1.4, 5);
  EXPECT(target.scale() == 1);
  target.update(1.15, 6);
  EXPECT(std::abs(target.scale() - 0.505) < 1e-12);
  target.update(1, 7);
  EXPECT(std::abs(target.scale() - 0.01) < 1e-12);
  target.update(0.9, 8);
  EXPECT(target.scale() < 0.005);
}

TEST("min-SNR: weights as upstream codes them") {
  EXPECT(std::abs(min_snr_weight(0.5, 5) - 1) < 1e-12);
  EXPECT(std::abs(min_snr_weight(0.1, 5) - 5.0 / 81) < 1e-12);  // clean samples are pulled down
  EXPECT(std::abs(min_snr_weight(0.0, 5) - 5e-6) < 1e-12);
}

}  // namespace
}  // namespace sidestep
