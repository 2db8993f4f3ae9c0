#include <array>

#include "sampling/generator.h"
#include "testing/test.h"
#include "training/trainer.h"
#include "training/trainer_testing.h"

namespace sidestep {
namespace {

using testing::bytes_of, testing::make_stream, testing::setup_of, testing::Songs;
namespace fs = std::filesystem;

/// What a clip on the tiny checkpoint is made from: a recorded song's condition, silence as long as is asked for.
struct Prompt {
  explicit Prompt(int64_t frames)
      : file(testing::golden_dir() / "e2e" / "a_stereo48k.safetensors"),
        context(DType::f32, {frames, file.tensor("out/context_latents").dim(1)}) {
    std::fill_n(context.tensor().data<float>(), context.view().numel(), 0.5F);
  }
  GenerateJob job(SamplerOptions sampler = {.steps = 2, .guidance_scale = 2}) const {
    return {.condition = file.tensor("out/encoder_hidden_states").slice(0, 0, 20),
            .context = context.view(),
            .sampler = std::move(sampler),
            .seed = 3};
  }
  SafetensorsFile file;
  Storage context;
};

std::string options_of(const std::string& adapter, const std::string& more = "") {
  return R"({"adapter": )" + adapter + R"(, "epochs": 2, "batch_size": 2, "gradient_accumulation_steps": 1)" + more +
         R"(, "optimizer": {"type": "adamw", "learning_rate": 0.01}})";
}

const std::array<std::string, 4> kAdapters{R"({"type": "lora", "rank": 4, "alpha": 8, "dropout": 0.2})",
                                           R"({"type": "dora", "rank": 4, "alpha": 8})",
                                           R"({"type": "lokr", "rank": 4, "alpha": 8, "weight_decompose": true})",
                                           R"({"type": "oft", "block_size": 8, "coft": true, "eps": 0.0001})"};

std::string bytes_of_tensor(const ConstTensor& t) { return {static_cast<const char*>(t.raw()), t.bytes()}; }

fs::path adapter_file(const fs::path& folder) {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".safetensors" && entry.path().stem() != "training_state") return entry.path();
  return {};
}

TEST("trainer: clips between its steps, at any length and strength, leave no trace in what a run computes and saves") {
  const Songs songs;
  const fs::path silent = songs.folder / "silent", heard = songs.folder / "heard";
  for (const std::string& adapter : kAdapters) {
    for (const char* average : {"", R"(, "ema_decay": 0.5)"}) {
      const TrainerSetup setup = setup_of(songs, options_of(adapter, average));
      Stream stream = make_stream(2);
      Trainer without(setup, stream), with(setup, stream);
      const Prompt shorter(9), longer(64);
      for (const auto& [prompt, strength] : {std::pair{&shorter, 1.0}, std::pair{&longer, 0.5}}) {
        GenerateJob job = prompt->job();
        job.strength = strength;
        with.generate(job);
        EXPECT(with.step().loss == without.step().loss);
      }
      while (!without.finished()) EXPECT(with.step().loss == without.step().loss);
      with.generate(longer.job());
      without.save(silent);
      with.save(heard);
      EXPECT(bytes_of(adapter_file(silent)) == bytes_of(adapter_file(heard)));
      EXPECT(bytes_of(silent / "training_state.safetensors") == bytes_of(heard / "training_state.safetensors"));
      fs::remove_all(silent);
      fs::remove_all(heard);
    }
  }
}

TEST("trainer: memory for the longest clip is planned and taken with the run's, where the run's own does not suffice") {
  const Songs songs;
  TrainerSetup setup = setup_of(songs, options_of(kAdapters[0]));
  const MemoryPlan alone = plan_training(setup).memory;
  setup.longest_clip = {4, 2, true};
  EXPECT(plan_training(setup).memory.sampling_bytes == 0 && plan_training(setup).memory.total_bytes() == alone.total_bytes());
  setup.longest_clip = {2000, 20, true};
  const MemoryPlan with = plan_training(setup).memory;
  EXPECT(with.sampling_bytes > 0 && with.arena_bytes == alone.arena_bytes &&
         with.total_bytes() == alone.total_bytes() + with.sampling_bytes);
  Stream stream = make_stream(2);
  Trainer trainer(setup, stream);
  EXPECT(trainer.memory().sampling_bytes == with.sampling_bytes);
  trainer.generate(Prompt(2000).job({.steps = 1, .guidance_scale = 2}));
  trainer.step();
}

TEST("trainer: a clip is what a generator makes with the adapter that the trainer would save, its average included") {
  const Songs songs;
  const fs::path saved = songs.folder / "saved";
  for (const std::string& adapter : kAdapters) {
    for (const char* average : {"", R"(, "ema_decay": 0.5)"}) {
      const TrainerSetup setup = setup_of(songs, options_of(adapter, average));
      Stream stream = make_stream(2);
      Trainer trainer(setup, stream);
      for (int i = 0; i < 3; ++i) trainer.step();
      const Prompt prompt(21);
      const Storage live = trainer.generate(prompt.job());
      trainer.save_adapter(saved, AdapterWeights::best);
      Generator generator({.model_folder = setup.model_folder, .adapter = saved}, stream);
      EXPECT_REL_L2(generator.generate(prompt.job()).view(), live.view(), 1e-6);
      GenerateJob none = prompt.job();
      none.strength = 0;
      Generator bare({.model_folder = setup.model_folder}, stream);
      EXPECT(bytes_of_tensor(bare.generate(prompt.job()).view()) == bytes_of_tensor(trainer.generate(none).view()));
      fs::remove_all(saved);
    }
  }
}

}  // namespace
}  // namespace sidestep
