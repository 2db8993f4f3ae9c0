#pragma once
#include <span>
#include <vector>

#include "adapters/adapter.h"
#include "models/dit.h"
#include "sampling/sampler.h"

namespace sidestep {

/// How the conditional and the null half of a guided step go through the model. Together, every product is twice as tall, which a
/// card likes; apart, activations take half the memory. On a CPU the bytes of the result are the same.
enum class HalvesRun : uint8_t { apart, together };

/// What one generation listens to.
struct DenoiserInput {
  ConstTensor condition;  ///< [S, De] f32 on the host
  ConstTensor context;    ///< [T, Cc] f32 on the host
  bool guided = false;    ///< whether the null condition is wanted too
  float strength = 1;     ///< of the adapter in the model's slots
  HalvesRun halves = HalvesRun::apart;
};

/// The model as a sampler sees it: the keys and values of every cross-attention are made here, once. What it makes lives in the
/// arena as long as it does; nothing may be allocated there in between. The null condition is one token, which is what attending
/// to S copies of it comes to.
class Denoiser {
 public:
  /// Throws native/shape-mismatch; generate/null-condition-missing where guidance is wanted from a checkpoint without one.
  Denoiser(Dit& model, const DenoiserInput& input, Workspace work);

  /// Velocities at state x [T, C] and timestep t.
  void predict(std::span<const float> x, float t, Halves halves, Velocities& out);

 private:
  int64_t frames() const { return context_.dim(1); }
  int64_t channels() const { return model_.config().audio_acoustic_hidden_dim; }
  void evaluate(const std::vector<const ConditionKeys*>& keys, const std::vector<std::vector<float>*>& out);

  Dit& model_;
  Workspace work_;
  Arena::Scope scope_;
  PassContext pass_;
  HalvesRun halves_;
  Storage host_x_, host_t_, host_v_;  ///< one sample each; page-locked memory is not worth its locking here
  Tensor context_;                    ///< [1 or 2, T, Cc]: one for each half that runs at once
  Tensor x_, t_, v_;                  ///< like it
  ConditionKeys condition_, null_;
};

}  // namespace sidestep
