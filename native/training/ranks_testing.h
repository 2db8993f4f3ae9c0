#pragma once
// What tests of trainings on several ranks share.
#include <map>
#include <string>
#include <vector>

#include "core/path_text.h"
#include "training/trainer_testing.h"

namespace sidestep::testing {

/// Everything that keeps state at once. The last group of an epoch is a partial one; five micro-batches do not go round evenly.
inline std::string busy_options(const std::string& optimizer, const std::string& adapter) {
  return R"({"adapter": {"type": ")" + adapter +
         R"(", "rank": 16, "alpha": 11, "dropout": 0.1}, "epochs": 2, "batch_size": 2, "dataset_repeats": 3,
    "gradient_accumulation_steps": 5, "cfg_dropout": 0.3, "ema_decay": 0.9, "crop": {"max_latent_length": 15, "decay_every_epochs": 1},
    "loss_weighting": "min_snr", "timestep": {"adaptive_ratio": 0.5}, "target_loss": {"loss": 3.0, "warmup_steps": 1},
    "schedule": {"type": "cosine", "warmup_steps": 1}, "optimizer": {"type": ")" +
         optimizer + R"("}})";
}

struct Run {
  std::vector<double> losses, validation;
  std::vector<std::string> names;
  std::map<std::string, std::string> saved;  ///< file by file
};

/// All files of a folder, by name. Adapters differ in what their files are called.
inline std::map<std::string, std::string> bytes_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) files[utf8_of(entry.path().filename())] = bytes_of(entry.path());
  if (files.size() < 2) fail(__FILE__, __LINE__, utf8_of(folder) + " holds no checkpoint");
  return files;
}

inline Run whole_run(Trainer& trainer, const fs::path& folder) {
  Run run;
  while (!trainer.finished()) {
    const StepReport report = trainer.step();
    run.losses.push_back(report.loss);
    run.losses.insert(run.losses.end(), report.sample_losses.begin(), report.sample_losses.end());
    run.names.insert(run.names.end(), report.sample_names.begin(), report.sample_names.end());
    if (report.epoch_finished) run.validation.push_back(trainer.validate().loss);
  }
  fs::remove_all(folder);
  trainer.save(folder);
  run.saved = bytes_in(folder);
  return run;
}

}  // namespace sidestep::testing
