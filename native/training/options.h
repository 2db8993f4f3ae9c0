#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/config.h"
#include "core/json.h"
#include "models/weights.h"
#include "training/micro_step.h"
#include "training/optimizer.h"
#include "training/schedule.h"
#include "training/timestep.h"

namespace sidestep {

enum class Shuffle : uint8_t { epoch, none };
enum class PartialAccumulation : uint8_t { mean, upstream };
enum class CropStart : uint8_t { coverage, uniform };
/// Where the layers' inputs wait between forward and backward pass. `on_host`: in page-locked memory, of a card's run; on the CPU
/// that is where they are in any case.
enum class KeptInputs : uint8_t { on_device, on_host };

/// Latent frames a second: 48 000 samples over 1 920 a frame.
constexpr double kLatentHz = 25;

struct CropOptions {
  int64_t frames = 0;  ///< max_latent_length, or chunk_duration * 25; 0: whole songs
  CropStart start = CropStart::coverage;
  int64_t decay_every_epochs = 10;  ///< 0: never
};

/// Lowers the learning rate as the smoothed loss nears a target (upstream's "cruise control").
struct TargetLossOptions {
  double loss = 0;  ///< 0: off
  double floor = 0.01;
  int64_t warmup_steps = 50;
  double smoothing = 0.98;
};

struct ValidationOptions {
  std::vector<double> timesteps{0.1, 0.3, 0.5, 0.7, 0.9};
  int64_t draws = 1;
  uint64_t seed = 1234;
};

struct ScheduleOptions {
  Schedule::Type type = Schedule::Type::cosine;
  int64_t warmup_steps = 100;
  double warmup_start_factor = 0.1;
  double floor_factor = 0.01;
  int64_t n_restarts = 4;
  std::string formula{};
};

/// All that decides the numbers of a training run; names as in schema/stage.train.schema.json.
struct TrainOptions {
  AdapterConfig adapter{};
  TimestepOptions timestep{};
  double cfg_dropout = 0.15;
  Keep base_precision = Keep::as_stored;  ///< `auto`; or int8, `8bit`
  LossOptions loss{};
  OptimizerOptions optimizer{};
  ScheduleOptions schedule{};
  int64_t batch_size = 1;
  int64_t gradient_accumulation_steps = 4;
  PartialAccumulation partial_accumulation = PartialAccumulation::mean;
  int64_t epochs = 100;
  int64_t max_steps = 0;  ///< 0: epochs decide
  int64_t dataset_repeats = 1;
  Shuffle shuffle = Shuffle::epoch;
  double max_grad_norm = 1;
  uint64_t seed = 42;
  /// gradient_checkpointing.ratio, or 0 where it is disabled: the share of the layers that recompute. Unset: what does not fit.
  std::optional<double> recomputed_share{};
  KeptInputs kept_inputs = KeptInputs::on_device;  ///< gradient_checkpointing.offload
  CropOptions crop{};
  double ema_decay = 0;  ///< 0: off
  ValidationOptions validation{};
  TargetLossOptions target_loss{};
  int64_t max_nonfinite_steps = 10;
};

/// Reads a train stage's `with`. Fields that other parts act on (model, tensors, precision, checkpoint, early_stop, logging,
/// resume, resume_from, inference, output_dir, validation.fraction/tensors/every_epochs) are accepted and left alone.
/// `timestep_mu` and `timestep_sigma` fall back to the model's. `mode: vanilla` takes discrete timesteps and no dropout.
/// Throws train/option-unknown, train/option-invalid, adapter/option-…, train/formula-invalid: which field, found, expected.
TrainOptions train_options_from_json(const Json& json, const DitConfig& model);

}  // namespace sidestep
