#pragma once
#include "models/dit.h"
#include "models/dit_reach.h"

namespace sidestep {

/// One forward pass of a Dit: its steps in order, each reading and filling the tape.
struct DitForward {
  Dit& dit;
  const DitInput& input;
  DitTape& tape;
  const PassContext& pass;
  Arena& arena;
  Stream& stream;
  const Observer& observe = kSilent;
  Unadded unadded{};  ///< what the last layer so far has left to add to its output

  void run(Tensor pred);
  ConditionKeys make_keys();

 private:
  inline static const Observer kSilent{};

  int64_t batch() const { return input.x_t ? input.x_t.dim(0) : input.condition.dim(0); }
  int64_t frames() const { return input.x_t.dim(1); }
  int64_t patches() const { return (frames() + dit.config_.patch_size - 1) / dit.config_.patch_size; }
  int64_t tokens() const { return input.condition ? input.condition.dim(1) : 0; }
  void show(const std::string& name, const ConstTensor& value, const Shape& shape) const {
    if (observe) observe(name, value.reshape(shape));
  }

  void check() const;
  void check_condition() const;
  void mask_batching();
  Tensor prefix_mask(const std::vector<int64_t>& valid, int64_t unit, int64_t length);
  void embed_timesteps();
  void embed_condition();
  std::vector<CrossKeys> keys_of(int64_t layer) const;
  Tensor embed_patches();
  void fill_patches(Tensor frames_of_patches);
  Tensor run_layers(Tensor h);
  Tensor run_layer(int64_t index, Tensor h, const DitLayerPass& shared);
  Tensor run_kept_layer(int64_t index, Tensor h, const Tensor& branch, const DitLayerPass& shared);
  void predict(Tensor h, Tensor pred);
  void show_norm_out(ConstTensor h);
};

/// What all layers of a pass share, from the tape of that pass.
DitLayerPass layer_pass(const StackConfig& stack, const std::vector<DitLayer>& layers, const RopeTable& rope, const DitTape& tape,
                        const PassContext& pass, Arena& arena, Stream& stream);

}  // namespace sidestep
