#pragma once
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "adapters/config.h"
#include "core/json.h"
#include "core/option_defaults.generated.h"
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
  int64_t decay_every_epochs = defaults::train::crop::decay_every_epochs;  ///< 0: never
};

/// Lowers the learning rate as the smoothed loss nears a target (upstream's "cruise control").
struct TargetLossOptions {
  double loss = defaults::train::target_loss::loss;  ///< 0: off
  double floor = defaults::train::target_loss::floor;
  int64_t warmup_steps = defaults::train::target_loss::warmup_steps;
  double smoothing = defaults::train::target_loss::smoothing;
};

struct ValidationOptions {
  std::vector<double> timesteps{std::begin(defaults::train::validation::timesteps),
                                std::end(defaults::train::validation::timesteps)};
  int64_t draws = defaults::train::validation::draws;
  uint64_t seed = defaults::train::validation::seed;
};

struct ScheduleOptions {
  Schedule::Type type = Schedule::Type::cosine;
  int64_t warmup_steps = defaults::train::schedule::cosine::warmup_steps;
  double warmup_start_factor = defaults::train::schedule::cosine::warmup_start_factor;
  double floor_factor = defaults::train::schedule::cosine::floor_factor;
  int64_t n_restarts = defaults::train::schedule::cosine_restarts::n_restarts;
  std::string formula{};
};

/// All that decides the numbers of a training run; names and defaults as in schema/stage.train.schema.json.
struct TrainOptions {
  AdapterConfig adapter{};
  TimestepOptions timestep{};
  double cfg_dropout = defaults::train::cfg_dropout;
  BasePrecision base_precision = BasePrecision::as_stored;  ///< `auto`, `8bit`, `int8`, `fp8`
  LossOptions loss{};
  OptimizerOptions optimizer{};
  ScheduleOptions schedule{};
  int64_t batch_size = defaults::train::batch_size;
  int64_t gradient_accumulation_steps = defaults::train::gradient_accumulation_steps;
  PartialAccumulation partial_accumulation = PartialAccumulation::mean;
  int64_t epochs = defaults::train::epochs;
  int64_t max_steps = 0;  ///< 0: epochs decide
  int64_t dataset_repeats = defaults::train::dataset_repeats;
  Shuffle shuffle = Shuffle::epoch;
  double max_grad_norm = defaults::train::max_grad_norm;
  uint64_t seed = defaults::train::seed;
  /// gradient_checkpointing.ratio, or 0 where it is disabled: the share of the layers that recompute. Unset: what does not fit.
  std::optional<double> recomputed_share{};
  KeptInputs kept_inputs = KeptInputs::on_device;  ///< gradient_checkpointing.offload
  CropOptions crop{};
  double ema_decay = defaults::train::ema_decay;  ///< 0: off
  ValidationOptions validation{};
  TargetLossOptions target_loss{};
  int64_t max_nonfinite_steps = defaults::train::max_nonfinite_steps;
};

/// Reads a train stage's `with`. Fields that other parts act on (model, tensors, precision, checkpoint, early_stop, logging,
/// resume, resume_from, inference, output_dir, validation.fraction/tensors/every_epochs) are accepted and left alone.
/// `timestep_mu` and `timestep_sigma` fall back to the model's. `mode: vanilla` takes discrete timesteps and no dropout.
/// Throws train/option-unknown, train/option-invalid, adapter/option-…, train/formula-invalid: which field, found, expected.
TrainOptions train_options_from_json(const Json& json, const DitConfig& model);

}  // namespace sidestep
