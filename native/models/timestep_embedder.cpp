#include "models/timestep_embedder.h"

#include "ops/elementwise.h"
#include "ops/flow.h"

namespace sidestep {

namespace {

constexpr int64_t kWaveSize = 256;  // fixed in upstream's code, not in its config

}  // namespace

TimestepEmbedder TimestepEmbedder::load(const Weights& weights, const std::string& name, int64_t hidden_size) {
  return {.linear_1 = load_linear(weights, name + ".linear_1", kWaveSize, hidden_size, Bias::present),
          .linear_2 = load_linear(weights, name + ".linear_2", hidden_size, hidden_size, Bias::present),
          .time_proj = load_linear(weights, name + ".time_proj", hidden_size, 6 * hidden_size, Bias::present)};
}

void timestep_embedder_forward(const TimestepEmbedder& embedder, ConstTensor t, TimestepTape& tape, Tensor projection,
                               const PassContext& pass, Arena& arena, Stream& stream) {
  const DType dtype = projection.dtype();
  const int64_t batch = t.dim(0), hidden = embedder.linear_2.out_features();
  tape.wave = arena.alloc(dtype, {batch, kWaveSize});
  tape.hidden = arena.alloc(dtype, {batch, hidden});
  tape.activated = arena.alloc(dtype, {batch, hidden});
  tape.embedding = arena.alloc(dtype, {batch, hidden});
  tape.activated_embedding = arena.alloc(dtype, {batch, hidden});
  timestep_embedding({.t = t, .y = tape.wave}, stream);
  linear_forward(embedder.linear_1, tape.wave, tape.hidden, pass, arena, stream);
  silu({.x = tape.hidden, .y = tape.activated}, stream);
  linear_forward(embedder.linear_2, tape.activated, tape.embedding, pass, arena, stream);
  silu({.x = tape.embedding, .y = tape.activated_embedding}, stream);
  linear_forward(embedder.time_proj, tape.activated_embedding, projection, pass, arena, stream);
}

void timestep_embedder_backward(const TimestepEmbedder& embedder, ConstTensor dembedding, ConstTensor dprojection,
                                const TimestepTape& tape, const PassContext& pass, Arena& arena, Stream& stream) {
  const Arena::Scope scope(arena);
  const bool below_projection = embedder.linear_1.trains() || embedder.linear_2.trains();
  const Tensor grad = below_projection ? arena.alloc(dprojection.dtype(), tape.embedding.shape()) : Tensor();
  linear_backward(embedder.time_proj, dprojection, tape.activated_embedding, grad, Write::overwrite, pass, arena, stream);
  if (!below_projection) return;
  silu_backward({.dy = grad, .x = tape.embedding, .dx = grad}, stream);
  add({.a = grad, .b = dembedding, .y = grad}, stream);
  const Tensor below = embedder.linear_1.trains() ? arena.alloc(grad.dtype(), grad.shape()) : Tensor();
  linear_backward(embedder.linear_2, grad, tape.activated, below, Write::overwrite, pass, arena, stream);
  if (!below) return;
  silu_backward({.dy = below, .x = tape.hidden, .dx = below}, stream);
  linear_backward(embedder.linear_1, below, tape.wave, {}, Write::overwrite, pass, arena, stream);
}

}  // namespace sidestep
