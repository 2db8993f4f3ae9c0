#include <algorithm>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "core/error.h"
#include "ops/cuda_plugin.h"
#include "testing/fake_card.h"
#include "testing/test.h"
#include "testing/variable.h"
#include "training/ranks_testing.h"
#include "training/ring.h"
#include "training/trainer.h"
#include "training/trainer_testing.h"

namespace sidestep {
namespace {

using testing::busy_options, testing::bytes_of, testing::make_stream, testing::Run, testing::setup_of, testing::Songs,
    testing::spoil, testing::whole_run;
namespace fs = std::filesystem;

constexpr const char* kHere = "127.0.0.1";

/// Doors and places of so many ranks on this machine.
struct Listeners {
  explicit Listeners(int64_t count) {
    for (int64_t i = 0; i < count; ++i) of_rank.push_back(std::make_unique<RingListener>(kHere));
  }
  Ring::Circle circle(int64_t rank) const {
    const auto ranks = static_cast<int64_t>(of_rank.size());
    const int port = of_rank[static_cast<size_t>((rank + 1) % ranks)]->port();
    return {.place = {rank, ranks}, .token = "a token", .next = {kHere, port}, .patience = {20'000, 20'000}};
  }
  std::shared_ptr<Ring> enter(int64_t rank, const Stream& stream) const {
    return std::make_shared<Ring>(*of_rank[static_cast<size_t>(rank)], circle(rank), stream);
  }
  std::vector<std::unique_ptr<RingListener>> of_rank;
};

/// Each rank is a thread with its own trainer; `leader` is what rank 0 does. Thrown is what a rank failed of itself, else
/// that one is gone.
void train_together(int64_t ranks, const TrainerSetup& setup, const std::function<void(Trainer&)>& leader) {
  const Listeners listeners(ranks);
  std::vector<std::exception_ptr> errors(static_cast<size_t>(ranks));
  std::vector<std::thread> threads;
  for (int64_t rank = 0; rank < ranks; ++rank) {
    threads.emplace_back([&, rank] {
      try {
        Stream stream = make_stream(1);
        Trainer trainer(setup, stream);
        trainer.join(listeners.enter(rank, stream));
        if (rank > 0) {
          while (trainer.follow() == Trainer::Followed::command) {
          }
          return;
        }
        leader(trainer);
        trainer.finish_ranks();
      } catch (...) {
        errors[static_cast<size_t>(rank)] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto is_consequence = [](const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const Error& e) {
      return e.code() == "train/rank-lost";
    } catch (...) {
      return false;
    }
  };
  std::exception_ptr first;
  for (const std::exception_ptr& error : errors)
    if (error && (!first || is_consequence(first))) first = error;
  if (first) std::rethrow_exception(first);
}

Run alone(const TrainerSetup& setup, const fs::path& folder) {
  Stream stream = make_stream(2);
  Trainer trainer(setup, stream);
  return whole_run(trainer, folder);
}

void expect_alike(const Run& run, const Run& expected) {
  EXPECT(run.losses == expected.losses);
  EXPECT(run.names == expected.names);
  EXPECT(run.validation == expected.validation);
  EXPECT(run.saved == expected.saved);
}

TEST("ranks: 2, 3 and 8 give the bytes of one, for every optimizer and adapter") {
  const Songs songs;
  const std::pair<const char*, const char*> kinds[] = {
      {"adamw", "lora"}, {"adamw8bit", "dora"}, {"adafactor", "oft"}, {"prodigy", "loha"}, {"adamw", "lokr"}};
  for (const auto& [optimizer, adapter] : kinds) {
    const TrainerSetup setup = setup_of(songs, busy_options(optimizer, adapter));
    const Run expected = alone(setup, songs.folder / "alone");
    for (const int64_t ranks : {2, 3, 8}) {
      Run run;
      train_together(ranks, setup, [&](Trainer& trainer) { run = whole_run(trainer, songs.folder / "together"); });
      expect_alike(run, expected);
    }
  }
}

TEST("ranks: their number may change at a resume") {
  const Songs songs;
  const TrainerSetup setup = setup_of(songs, busy_options("adamw", "lora"));
  const fs::path saved = songs.folder / "saved", end = songs.folder / "end";
  const Run expected = alone(setup, end);
  train_together(3, setup, [&](Trainer& trainer) {
    trainer.step();
    trainer.save(saved);
  });
  train_together(2, setup, [&](Trainer& trainer) {
    trainer.load(saved);
    trainer.step();
    trainer.save(saved);
  });
  Stream stream = make_stream(1);
  Trainer last(setup, stream);
  last.load(saved);
  while (!last.finished()) last.step();
  last.save(end);
  EXPECT(testing::bytes_in(end) == expected.saved);
}

TEST("ranks: a micro-batch without a finite loss is left out on all of them") {
  const Songs songs;
  spoil(songs.paths[1]);
  const std::string options = R"({"adapter": {"type": "lora", "rank": 8, "alpha": 8, "dropout": 0}, "epochs": 2, "batch_size": 1,
    "gradient_accumulation_steps": 5, "cfg_dropout": 0, "max_nonfinite_steps": )";
  const TrainerSetup setup = setup_of(songs, options + "9}");
  const auto report_of = [](Trainer& trainer) {
    StepReport report;
    while (!trainer.finished()) report = trainer.step();
    return report;
  };
  Stream stream = make_stream(1);
  Trainer single(setup, stream);
  const StepReport expected = report_of(single);
  single.save(songs.folder / "alone");
  EXPECT(expected.nonfinite_total == 2);
  for (const int64_t ranks : {2, 3}) {
    train_together(ranks, setup, [&](Trainer& trainer) {
      const StepReport report = report_of(trainer);
      EXPECT(report.nonfinite_total == 2);
      EXPECT(report.diagnosis == expected.diagnosis);
      trainer.save(songs.folder / "together");
    });
    const auto state = [&](const char* folder) { return bytes_of(songs.folder / folder / "training_state.safetensors"); };
    EXPECT(state("together") == state("alone"));
  }
  EXPECT_ERROR(train_together(2, setup_of(songs, options + "1}"), [&](Trainer& trainer) { report_of(trainer); }),
               "train/nonfinite-loss");
}

TEST("ranks: one that is gone ends all of them, whichever it is") {
  const Songs songs;
  const TrainerSetup setup = setup_of(songs, busy_options("adamw", "lora"));
  for (const int64_t victim : {0, 1, 2}) {
    const Listeners listeners(3);
    std::vector<std::string> codes(3), words(3);
    std::vector<std::thread> threads;
    for (int64_t rank = 0; rank < 3; ++rank) {
      threads.emplace_back([&, rank] {
        try {
          Stream stream = make_stream(1);
          Trainer trainer(setup, stream);
          trainer.join(listeners.enter(rank, stream));
          for (int step = 0; rank != victim || step < 1; ++step) {
            if (rank > 0)
              trainer.follow();
            else
              trainer.step();
          }
        } catch (const Error& error) {
          codes[static_cast<size_t>(rank)] = error.code();
          words[static_cast<size_t>(rank)] = error.message();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (int64_t rank = 0; rank < 3; ++rank) {
      if (rank == victim) continue;
      EXPECT(codes[static_cast<size_t>(rank)] == "train/rank-lost");
      EXPECT(words[static_cast<size_t>(rank)].starts_with("Rank " + std::to_string(victim) + " "));
    }
  }
}

TEST("ranks: one that runs short of memory in its passes takes them again with less kept, and the bytes are the same") {
  if (!testing::on_fake_card() || cuda_plugin().backend.name != std::string_view("fake-cuda")) return;
  const Songs songs;
  TrainerSetup setup = setup_of(songs, R"({"adapter": {"type": "lora", "rank": 4, "dropout": 0.2}, "epochs": 2,
    "gradient_accumulation_steps": 3, "cfg_dropout": 0.3, "max_grad_norm": 0.05, "timestep": {"adaptive_ratio": 0.5}})");
  setup.model_folder = testing::deeper_model(songs);
  const Run expected = alone(setup, songs.folder / "alone");
  // Five requests in a row find none: one rank meets three of them, and what it can do without is given back after two.
  std::vector<int64_t> kept;
  for (const char* refused : {"0", "1+4", "8+4", "20+4", "29+4", "33+4"}) {
    Run run;
    train_together(2, setup, [&](Trainer& trainer) {
      const testing::Variable refusal("SIDESTEP_CARD_REFUSES_SCRATCH", refused);
      run = whole_run(trainer, songs.folder / "together");
      kept.push_back(trainer.memory().recomputation.whole_layers());
    });
    expect_alike(run, expected);
  }
  EXPECT(*std::min_element(kept.begin(), kept.end()) < kept.front());
}

TEST("ranks: one that cannot do with less memory says which it is, and what to do") {
  if (!testing::on_fake_card()) return;
  const Songs songs;
  const TrainerSetup setup = setup_of(songs, busy_options("adamw", "lora"));
  std::string code, message, hint;
  try {
    train_together(2, setup, [](Trainer& trainer) {
      trainer.step();
      const testing::Variable full("SIDESTEP_CARD_BYTES", "1");
      trainer.step();
    });
  } catch (const Error& error) {
    code = error.code(), message = error.message(), hint = error.hint();
  }
  EXPECT(code == "native/out-of-memory");
  EXPECT(message.find(" of 2, in a step that several ranks share") != std::string::npos);
  EXPECT(hint.find("gradient_checkpointing: {ratio: 1}") != std::string::npos);
}

TEST("ranks: those that train something else, and those who do not know the token, are refused") {
  const Songs songs;
  const auto join_with = [&](const std::string& other_options) {
    const Listeners listeners(2);
    std::thread other([&] {
      try {
        Stream stream = make_stream(1);
        Trainer trainer(setup_of(songs, other_options), stream);
        trainer.join(listeners.enter(1, stream));
      } catch (const Error&) {  // it is refused as well
      }
    });
    std::exception_ptr refused;
    try {
      Stream stream = make_stream(1);
      Trainer trainer(setup_of(songs, busy_options("adamw", "lora")), stream);
      trainer.join(listeners.enter(0, stream));
    } catch (...) {
      refused = std::current_exception();
    }
    other.join();
    if (refused) std::rethrow_exception(refused);
  };
  EXPECT_ERROR(join_with(busy_options("adamw", "dora")), "train/ranks-differ");
  Stream stream = make_stream(1);
  const Listeners listeners(2);
  Ring::Circle circle = listeners.circle(0), stranger = listeners.circle(1);
  circle.patience = stranger.patience = {300, 300};
  stranger.token = "another";
  std::thread other([&] {
    Stream own = make_stream(1);
    EXPECT_ERROR(Ring(*listeners.of_rank[1], stranger, own), "train/rank-missing");
  });
  EXPECT_ERROR(Ring(*listeners.of_rank[0], circle, stream), "train/rank-missing");
  other.join();
}

TEST("ranks: one that cannot be reached is named, with why") {
  Stream stream = make_stream(1);
  RingListener listener(kHere);
  const int nobody = RingListener(kHere).port();  // no one listens there any more
  EXPECT_ERROR(Ring(listener, {.place = {0, 2}, .token = "t", .next = {kHere, nobody}, .patience = {300, 300}}, stream),
               "train/rank-unreachable");
  EXPECT_ERROR(RingListener("192.0.2.1"), "train/rank-unreachable");
}

}  // namespace
}  // namespace sidestep
