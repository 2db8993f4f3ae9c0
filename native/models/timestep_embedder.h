#pragma once
#include <string>

#include "core/arena.h"
#include "models/dit_tape.h"
#include "models/linear.h"
#include "models/weights.h"

namespace sidestep {

/// Upstream's TimestepEmbedding: a sinusoidal wave, two linears with SiLU between them (`embedding`), and the six-way
/// projection of SiLU(embedding). The DiT has two, for t and for t - r, and adds their outputs.
struct TimestepEmbedder {
  Linear linear_1, linear_2, time_proj;

  static TimestepEmbedder load(const Weights& weights, const std::string& name, int64_t hidden_size);
  bool trains() const { return linear_1.trains() || linear_2.trains() || time_proj.trains(); }
};

/// t [B] f32 -> tape.embedding [B, D] and the projection [B, 6 D]. The tape is allocated here.
void timestep_embedder_forward(const TimestepEmbedder& embedder, ConstTensor t, TimestepTape& tape, Tensor projection,
                               const PassContext& pass, Arena& arena, Stream& stream);
/// Adapter gradients from those of the embedding [B, D] and of the projection [B, 6 D]; nothing flows into t.
void timestep_embedder_backward(const TimestepEmbedder& embedder, ConstTensor dembedding, ConstTensor dprojection,
                                const TimestepTape& tape, const PassContext& pass, Arena& arena, Stream& stream);

}  // namespace sidestep
