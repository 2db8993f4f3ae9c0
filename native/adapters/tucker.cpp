#include "adapters/tucker.h"

#include "ops/elementwise.h"
#include "ops/gemm.h"

namespace sidestep {

namespace {

/// [x, y, taps] as [taps, x, y], so that one product a tap is a dense matrix.
Tensor taps_first(ConstTensor t, Workspace work) {
  const Tensor out = work.arena.alloc(DType::f32, {t.dim(2), t.dim(0), t.dim(1)});
  copy({t.transposed(1, 2).transposed(0, 1), out}, work.stream);
  return out;
}

/// The way back, from [taps, x, y].
ConstTensor taps_last(ConstTensor t) { return t.transposed(0, 1).transposed(1, 2); }

}  // namespace

void tucker_rebuild(const Tucker& t, Tensor out, Workspace work) {
  const Arena::Scope scope(work.arena);
  const int64_t rank = t.core.dim(0), taps = t.core.dim(2), p = t.a.dim(1), q = t.b.dim(1);
  const Tensor core = taps_first(t.core, work);
  const Tensor half = work.arena.alloc(DType::f32, {taps, rank, q}), full = work.arena.alloc(DType::f32, {taps, p, q});
  gemm({.a = core, .b = t.b, .c = half}, work.stream);
  gemm({.a = t.a, .b = half, .c = full, .trans_a = Transpose::yes}, work.stream);
  copy({taps_last(full), out.reshape({p, q, taps})}, work.stream);
}

void tucker_gradients(const Tucker& t, ConstTensor d_out, const TuckerGradients& gradients, Workspace work) {
  const Arena::Scope scope(work.arena);
  const int64_t rank = t.core.dim(0), taps = t.core.dim(2), p = t.a.dim(1), q = t.b.dim(1);
  const Tensor core = taps_first(t.core, work), d_full = taps_first(d_out.reshape({p, q, taps}), work);
  const Tensor half = work.arena.alloc(DType::f32, {taps, rank, q}), d_half = work.arena.alloc(DType::f32, {taps, rank, q});
  const Tensor d_core = work.arena.alloc(DType::f32, {taps, rank, rank});
  gemm({.a = core, .b = t.b, .c = half}, work.stream);
  gemm({.a = t.a, .b = d_full, .c = d_half}, work.stream);
  gemm({.a = d_half, .b = t.b, .c = d_core, .trans_b = Transpose::yes}, work.stream);
  for (int64_t tap = 0; tap < taps; ++tap) {
    gemm({.a = half.select(0, tap), .b = d_full.select(0, tap), .c = gradients.a, .trans_b = Transpose::yes, .beta = 1},
         work.stream);
    gemm({.a = core.select(0, tap), .b = d_half.select(0, tap), .c = gradients.b, .trans_a = Transpose::yes, .beta = 1},
         work.stream);
  }
  const Tensor ordered = work.arena.alloc(DType::f32, t.core.shape());
  copy({taps_last(d_core), ordered}, work.stream);
  add({.a = gradients.core, .b = ordered, .y = gradients.core}, work.stream);
}

}  // namespace sidestep
