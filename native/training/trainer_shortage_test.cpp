#include <string>

#include "core/error.h"
#include "core/memory.h"
#include "core/relief.h"
#include "ops/card_overhead.h"
#include "ops/cuda_plugin.h"
#include "testing/fake_card.h"
#include "testing/variable.h"
#include "training/trainer_testing.h"

namespace sidestep {
namespace {

namespace fs = std::filesystem;
using testing::bytes_of, testing::deeper_model, testing::make_stream, testing::on_fake_card, testing::setup_of, testing::Songs,
    testing::Variable;

TEST("memory: a card that refuses is asked again for as long as something is given back") {
  if (!on_fake_card()) return;
  const Device device = testing::device_under_test();
  int given = 0;
  const ReliefScope outer([](size_t) { return false; });
  {
    const ReliefScope scope([&](size_t bytes) {
      EXPECT(bytes == 1000 && !relieve(1));  // what gives back asks no one
      return ++given < 3;
    });
    const Variable refusal("SIDESTEP_CARD_REFUSES", "1");
    EXPECT(allocate(device, 1000) != nullptr && given == 1);
  }
  const Variable refusal("SIDESTEP_CARD_REFUSES", "01");
  EXPECT_ERROR(allocate(device, 1000), "native/out-of-memory");
  EXPECT(given == 1);
}

TrainerSetup short_run(const Songs& songs, const char* checkpointing = "") {
  TrainerSetup setup =
      setup_of(songs, R"({"adapter": {"type": "lora", "rank": 4, "dropout": 0.2}, "epochs": 4, "batch_size": 2, "ema_decay": 0.9,
    "shuffle": "none", "crop": {"max_latent_length": 15}, "cfg_dropout": 0.3, "max_grad_norm": 0.05)" +
                          std::string(checkpointing) + "}");
  setup.model_folder = deeper_model(songs);
  setup.samples.resize(2);
  return setup;
}

/// Steps until the run ends; whether a card was short on the way.
bool finish(Trainer& trainer, const fs::path& folder) {
  bool any = false;
  while (!trainer.finished()) any = trainer.step().replanned.has_value() || any;
  trainer.save(folder);
  return any;
}

struct Outcome {
  std::string bytes;
  bool replanned = false;
};

/// `refused`: of the allocations from the first step on, the one that finds no memory.
Outcome run_refused(const TrainerSetup& setup, const fs::path& folder, int refused) {
  Stream stream = make_stream(1);
  Trainer trainer(setup, stream);
  Outcome outcome;
  {
    const Variable refusal("SIDESTEP_CARD_REFUSES", std::to_string(refused));
    outcome.replanned = finish(trainer, folder);
  }
  outcome.bytes = bytes_of(folder / "training_state.safetensors");
  return outcome;
}

TEST("trainer shortage: whatever allocation of a training finds no memory, what is trained is the same") {
  if (!on_fake_card()) return;
  const Songs songs;
  const TrainerSetup setup = short_run(songs);
  const std::string whole = run_refused(setup, songs.folder / "whole", 0).bytes;
  EXPECT(!whole.empty());
  int refusals = 0;
  for (int refused = 1;; refused += refused < 10 ? 1 : 9) {  // saving alone has a hundred that are alike
    const Outcome outcome = run_refused(setup, songs.folder / "refused", refused);
    EXPECT(outcome.bytes == whole);
    if (!outcome.replanned) break;  // there were no more
    ++refusals;
  }
  EXPECT(refusals >= (cuda_plugin().backend.name == std::string_view("fake-cuda") ? 0 : 10));
}

TEST("trainer shortage: an allocation that fails while a run is opened fails it or changes nothing") {
  if (!on_fake_card()) return;
  const Songs songs;
  const TrainerSetup setup = short_run(songs);
  const std::string whole = run_refused(setup, songs.folder / "whole", 0).bytes;
  int failed = 0, went_on = 0;
  for (int refused = 1; went_on < 3; ++refused) {
    try {
      Stream stream = make_stream(1);
      const Variable refusal("SIDESTEP_CARD_REFUSES", std::to_string(refused));
      Trainer trainer(setup, stream);
      EXPECT(finish(trainer, songs.folder / "refused"));
      EXPECT(bytes_of(songs.folder / "refused" / "training_state.safetensors") == whole);
      ++went_on;
    } catch (const Error& error) {
      EXPECT(error.code() == "native/out-of-memory");
      ++failed;
    }
  }
  EXPECT(failed > 0);  // the model itself has to fit
}

/// A card on which so much is free when the run is opened.
Outcome run_on_small_card(const TrainerSetup& setup, const fs::path& folder, size_t bytes) {
  Stream stream = make_stream(1);
  const Variable small("SIDESTEP_CARD_BYTES", std::to_string(testing::used_bytes(stream.device()) + bytes));
  Trainer trainer(setup, stream);
  return {.bytes = (finish(trainer, folder), bytes_of(folder / "training_state.safetensors")),
          .replanned = trainer.memory().recomputation.whole_layers() < 6};
}

TEST("trainer shortage: memory of the host that the system does not page-lock has words of its own, and what to do") {
  if (!on_fake_card()) return;
  const Songs songs;
  TrainerSetup streamed = short_run(songs),
               offloading = short_run(songs, R"(, "gradient_checkpointing": {"ratio": 1, "offload": true})");
  streamed.streamed_layers = 3;
  for (const TrainerSetup& setup : {streamed, offloading}) {
    const size_t waiting = plan_training(setup).memory.host_bytes;
    const auto run_with = [&](size_t page_locked) {
      const Variable limit("SIDESTEP_CARD_PAGE_LOCKED", std::to_string(page_locked));
      Stream stream = make_stream(1);
      Trainer trainer(setup, stream);
      finish(trainer, songs.folder / "run");
    };
    EXPECT(waiting > 0);
    EXPECT_ERROR(run_with(waiting / 2), "native/page-locked-memory");
    run_with(waiting + (size_t{64} << 20));  // batches and numbers pass through some, too
  }
}

/// What is allocated before the first step: of the overhead the reserve alone.
size_t taken(const MemoryPlan& plan) { return plan.total_bytes() - plan.overhead_bytes + kReserveBytes; }

TEST("trainer shortage: where a card has less than was said, less is kept and the bytes are the same") {
  if (!on_fake_card()) return;
  const Songs songs;
  TrainerSetup setup = short_run(songs);
  const MemoryPlan all = plan_training(setup).memory;
  setup.memory_limit_bytes = 0;
  const MemoryPlan least = plan_training(setup).memory;
  setup.memory_limit_bytes.reset();
  EXPECT(all.arena_bytes > least.arena_bytes);
  const std::string whole = run_refused(setup, songs.folder / "whole", 0).bytes;
  const Outcome ample = run_on_small_card(setup, songs.folder / "ample", all.total_bytes());
  EXPECT(!ample.replanned && ample.bytes == whole);
  const Outcome small = run_on_small_card(setup, songs.folder / "small", taken(all) - (all.arena_bytes - least.arena_bytes) / 2);
  EXPECT(small.replanned && small.bytes == whole);
  EXPECT_ERROR(run_on_small_card(setup, songs.folder / "tiny", least.weights_bytes), "native/out-of-memory");
}

TEST("trainer shortage: what the options say is kept stays kept, and what cannot be had ends the run") {
  if (!on_fake_card()) return;
  const Songs songs;
  const TrainerSetup setup = short_run(songs, R"(, "gradient_checkpointing": {"enabled": false})");
  const MemoryPlan all = plan_training(setup).memory;
  EXPECT_ERROR(run_on_small_card(setup, songs.folder / "small", taken(all) - all.arena_bytes / 2), "native/out-of-memory");
}

}  // namespace
}  // namespace sidestep
