#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "adapters/adapter.h"
#include "core/option_defaults.generated.h"
#include "core/philox.h"
#include "models/dit.h"
#include "training/sample.h"
#include "training/step_recordings.h"

namespace sidestep {

enum class LossWeighting : uint8_t { none, min_snr };
/// `masked`: padded frames of a batch of unequal lengths are no keys and no loss, so a batch equals the mean of its
/// samples alone. `upstream`: they count, as ACE-Step trains.
enum class Padding : uint8_t { masked, upstream };

struct LossOptions {
  LossWeighting loss_weighting = LossWeighting::none;
  double snr_gamma = defaults::train::snr_gamma;
  Padding padding = Padding::masked;
};

/// All that is random in one micro-batch: drawn by training/draws.h, or recorded.
struct Draws {
  ConstTensor noise;                    ///< [B, T, C] f32 on the host, or empty: drawn on the device from noise_keys
  std::vector<RandomKey> noise_keys{};  ///< one a sample
  std::vector<float> t;                 ///< timesteps, 1 is noise
  std::vector<uint8_t> dropped;         ///< whether the sample's condition is replaced by the null condition
};

/// Weight of a sample's loss at timestep t, as upstream codes Min-SNR (Hang et al. 2023): snr = ((1 - t) / t)^2 with t in
/// [1e-4, 1 - 1e-4], capped at 1e6; weight = min(snr, gamma) / max(snr, 1e-6).
double min_snr_weight(double t, double gamma);

/// Where a step leaves its losses on the device for a caller that reads them later, with those of other steps.
struct UnreadLosses {
  Tensor loss{};        ///< [1] f32
  Tensor per_sample{};  ///< [B] f32
  explicit operator bool() const { return static_cast<bool>(loss); }
};

/// One forward and backward pass of flow matching: x_t = t x1 + (1 - t) x0, velocity = x1 - x0, loss = mean over samples of
/// weight * MSE. Adapter gradients of grad_scale * loss accumulate. With gradients: none only the loss is computed.
struct MicroStep {
  enum class Gradients : uint8_t { accumulate, none };
  Dit& model;
  const Batch& batch;
  const Draws& draws;
  LossOptions loss{};
  PassContext pass{};
  Gradients gradients = Gradients::accumulate;
  double grad_scale = 1;
  KeptLayers kept{};                     ///< what of the layers the backward pass finds; the rest is computed again
  ActivationOffload* offload = nullptr;  ///< where the layers' inputs wait for the backward pass, if not on the device
  /// Where given, the step waits for nothing: its result is empty, and the backward pass runs even where the loss is no finite
  /// number.
  UnreadLosses unread{};
  const Staging* staging = nullptr;  ///< where given, the step's own few numbers go to the device from its memory, without a wait
  std::function<void(const struct MicroResult&)>
      on_loss{};  ///< where given, called with the loss and the samples' losses before the backward pass
  StepRecordings* recordings =
      nullptr;  ///< of this model, where steps are repeated; the model's tables are reserved (Dit::reserve)
};

struct MicroResult {
  double loss = 0;                 ///< not scaled by grad_scale
  std::vector<double> per_sample;  ///< unweighted MSE of each
  Storage pred;                    ///< [B, T, C] f32 on the host; only from run_recorded_step
};
/// Everything lives in the arena during the call. Loss and per_sample are not finite when the model's numbers are not.
MicroResult run_micro_step(const MicroStep& step, Workspace work);
/// The same, keeping the prediction.
MicroResult run_recorded_step(const MicroStep& step, Workspace work);

/// Runs the forward pass once more and names the first value that holds a NaN or Inf: an adapter parameter of the model, or an
/// activation ("layer3.self_attn"); "loss" if all of them are finite.
std::string first_nonfinite(const MicroStep& step, const std::vector<Parameter>& parameters, Workspace work);

}  // namespace sidestep
