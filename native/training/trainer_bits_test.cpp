#include <filesystem>
#include <string>

#include "testing/bits.h"
#include "testing/test.h"
#include "training/ranks_testing.h"

namespace sidestep {
namespace {

using testing::add_to_digest, testing::Run, testing::setup_of, testing::Songs, testing::whole_run;
namespace fs = std::filesystem;

/// Two updates of two micro-batches and of one; all that draws, averages and weighs takes part.
std::string short_options(const std::string& optimizer, const std::string& adapter) {
  return R"({"adapter": {"type": ")" + adapter + R"(", "rank": 6, "alpha": 11, "dropout": 0.1}, "epochs": 1, "batch_size": 2,
    "gradient_accumulation_steps": 2, "cfg_dropout": 0.3, "ema_decay": 0.9, "loss_weighting": "min_snr", "schedule": {"type": "cosine"},
    "optimizer": {"type": ")" +
         optimizer + R"("}})";
}

/// The same on a frozen model that is kept otherwise.
std::string short_options_on(const std::string& base) {
  return R"({"base_precision": ")" + base + R"(", )" + short_options("adamw", "lora").substr(1);
}

Run run_with(int threads, const TrainerSetup& setup, const fs::path& folder) {
  Stream stream(testing::device_under_test(), std::make_shared<ThreadPool>(threads));
  Trainer trainer(setup, stream);
  return whole_run(trainer, folder);
}

/// The files a run leaves enter the test's digest: what scripts/compare-bits.sh holds against other instruction sets are an
/// adapter's bytes.
void add_files(const Run& run) {
  for (const auto& [name, bytes] : run.saved) {
    std::vector<double> values;
    for (const char byte : bytes) values.push_back(static_cast<unsigned char>(byte));  // whose sign differs between processors
    add_to_digest(std::span<const double>(values));
  }
}

TEST("whole trainings: every adapter by every optimizer, the same files by one thread and by three") {
  const Songs songs;
  for (const char* adapter : {"lora", "dora", "lokr", "loha", "oft"})
    for (const char* optimizer : {"adamw", "adamw8bit", "adafactor", "prodigy"}) {
      const TrainerSetup setup = setup_of(songs, short_options(optimizer, adapter));
      const Run run = run_with(1, setup, songs.folder / "one");
      add_files(run);
      if (run.saved != run_with(3, setup, songs.folder / "three").saved)
        testing::fail(__FILE__, __LINE__, std::string(adapter) + " by " + optimizer + ": three threads leave other files");
    }
}

TEST("whole trainings: on frozen models of codes that are multiplied as they are, the same files by one thread and by three") {
  const Songs songs;
  for (const char* base : {"int8", "fp8"}) {
    const TrainerSetup setup = setup_of(songs, short_options_on(base));
    const Run run = run_with(1, setup, songs.folder / "one");
    add_files(run);
    if (run.saved != run_with(3, setup, songs.folder / "three").saved)
      testing::fail(__FILE__, __LINE__, std::string(base) + ": three threads leave other files");
  }
}

}  // namespace
}  // namespace sidestep
