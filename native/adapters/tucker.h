#pragma once
#include "adapters/adapter.h"

namespace sidestep {

/// LyCORIS's Tucker form of a convolution's weight: out[p, r, tap] = sum_ij a[i, p] core[i, j, tap] b[j, r].
struct Tucker {
  ConstTensor core;  ///< [R, R, taps] f32
  ConstTensor a;     ///< [R, P] f32
  ConstTensor b;     ///< [R, Q] f32
};
/// out [P, Q * taps] f32, written.
void tucker_rebuild(const Tucker& t, Tensor out, Workspace work);

struct TuckerGradients {
  Tensor core, a, b;  ///< accumulated into
};
/// d_out [P, Q * taps] f32.
void tucker_gradients(const Tucker& t, ConstTensor d_out, const TuckerGradients& gradients, Workspace work);

}  // namespace sidestep
