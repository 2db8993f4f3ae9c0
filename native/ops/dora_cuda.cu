// DoRA's gate and gradients: vectors of one output dimension, a few microseconds bound by the launch; row_scale reads and
// writes a weight matrix once (f32 [6144, 2048]: 100 MB, 34 us at 3 TB/s).
#include "ops/cuda_ops.h"
#include "ops/cuda_rows.cuh"

namespace sidestep::cuda {
namespace {

template <typename T>
struct GateBody {
  static constexpr int kLeastBlocks = 4;  // 64 registers each
  const float *magnitude, *norm;
  T* gate;
  float eps;
  template <int V>
  __device__ void at(int64_t, int64_t o) const {
    static_assert(V == 1);
    gate[o] = narrowed<T>(magnitude[o] / (norm[o] + eps) - 1.F);
  }
};

struct GateBackwardBody {
  static constexpr int kLeastBlocks = 4;  // 64 registers each
  const float *dgate, *magnitude, *norm;
  float *dmagnitude, *row_gain;
  float eps;
  template <int V>
  __device__ void at(int64_t, int64_t o) const {
    static_assert(V == 1);
    const float divisor = norm[o] + eps;
    dmagnitude[o] += dgate[o] / divisor;
    if (row_gain == nullptr) return;
    // A zero row has no direction: its norm's gradient is taken as 0, as torch does at the origin.
    row_gain[o] = norm[o] > 0 ? -dgate[o] * magnitude[o] / (divisor * divisor * norm[o]) : 0.F;
  }
};

struct RowScaleBody {
  const float *x, *scale;
  float* y;
  int64_t width;
  template <int V>
  __device__ void at(int64_t row, int64_t i) const {
    float v[V];
    load(x + row * width + i, v);
#pragma unroll
    for (int j = 0; j < V; ++j) v[j] *= scale[row];
    store(y + row * width + i, v);
  }
};

}  // namespace

void dora_gate(const DoraGate& op, Stream& stream) {
  with_storage(op.gate.dtype(), [&]<typename T>(T) {
    launch_over_rows<1>(GateBody<T>{op.magnitude.data<float>(), op.norm.data<float>(), op.gate.data<T>(), op.eps},
                        {1, op.gate.numel()}, queue_of(stream));
  });
}

void dora_gate_backward(const DoraGateBackward& op, Stream& stream) {
  launch_over_rows<1>(GateBackwardBody{op.dgate.data<float>(), op.magnitude.data<float>(), op.norm.data<float>(),
                                       op.dmagnitude.data<float>(), op.row_gain ? op.row_gain.data<float>() : nullptr, op.eps},
                      {1, op.norm.numel()}, queue_of(stream));
}

void row_scale(const RowScale& op, Stream& stream) {
  over_rows<float>(RowScaleBody{op.x.data<float>(), op.scale.data<float>(), op.y.data<float>(), op.x.dim(1)},
                   {op.x.dim(0), op.x.dim(1)}, {op.x, op.y}, queue_of(stream));
}

}  // namespace sidestep::cuda
