#include "adapters/delta_adapter.h"

#include <algorithm>
#include <limits>

#include "adapters/trained.h"
#include "ops/dora.h"
#include "ops/elementwise.h"
#include "ops/gemm.h"
#include "ops/norm.h"

namespace sidestep {

namespace {

// Rows of V that are formed at a time for its norm: 4 MB of scratch at 2048 columns.
constexpr int64_t kRowBlock = 512;

/// [N, D] as the [1, N, D] that gated ops want.
template <typename T>
T batched(const T& rows) {
  return rows.reshape({1, rows.dim(0), rows.dim(1)});
}

}  // namespace

DeltaAdapter::DeltaAdapter(const Linear& layer, Decompose decompose, const std::string& magnitude_name) : decompose_(decompose) {
  if (!decomposed()) return;
  const Device device = layer.weight.device();
  const int64_t out = layer.out_features();
  if (decompose == Decompose::coupled) norm_eps_ = std::numeric_limits<float>::epsilon();
  magnitude_ = make_trained(magnitude_name, magnitude_shape(layer), device);
  norm_ = Storage(DType::f32, {out}, device);
  gate_ = Storage(layer.dtype(), {1, out}, device);
}

Shape DeltaAdapter::magnitude_shape(const Linear& layer) const {
  const int64_t out = layer.out_features();
  if (decompose_ != Decompose::coupled) return {out};
  return is_convolution(layer) ? Shape{out, 1, 1} : Shape{out, 1};
}

Tensor DeltaAdapter::flat(const Storage& magnitude_like) const {
  return magnitude_like.tensor().reshape({magnitude_like.tensor().numel()});
}

void DeltaAdapter::initialise(const Linear& layer, uint64_t seed, uint64_t module, Workspace work) {
  initialise_delta(seed, module, work.stream);
  refresh_delta(work);
  if (!decomposed()) return;
  const Arena::Scope scope(work.arena);
  for (int64_t begin = 0; begin < layer.out_features(); begin += kRowBlock) {
    const Arena::Scope rows(work.arena);
    const int64_t end = std::min(begin + kRowBlock, layer.out_features());
    row_norm({adapted_rows(layer, begin, end, work), flat(magnitude_.value).slice(0, begin, end)}, work.stream);
  }
  refresh(layer, work);
}

void DeltaAdapter::refresh(const Linear& layer, Workspace work) {
  refresh_delta(work);
  if (!decomposed()) return;
  for (int64_t begin = 0; begin < layer.out_features(); begin += kRowBlock) {
    const Arena::Scope rows(work.arena);
    const int64_t end = std::min(begin + kRowBlock, layer.out_features());
    row_norm({adapted_rows(layer, begin, end, work), norm_.tensor().slice(0, begin, end)}, work.stream);
  }
  dora_gate({.magnitude = flat(magnitude_.value), .norm = norm_.view(), .gate = flat(gate_), .eps = norm_eps_}, work.stream);
}

Tensor DeltaAdapter::adapted_rows(const Linear& layer, int64_t begin, int64_t end, Workspace work) {
  const Tensor delta = work.arena.alloc(DType::f32, {end - begin, layer.in_features()});
  delta_rows(begin, end, delta, work);
  const ConstTensor rows = matrix_part(layer.weight, {begin, end, 0, layer.in_features()}, DType::f32, work.arena, work.stream);
  add({.a = delta, .b = to_disk_order(layer, rows, work), .y = delta}, work.stream);
  return delta;
}

void DeltaAdapter::undecomposed(const Linear& layer, ConstTensor x, ConstTensor x_disk, Tensor y, const PassContext& pass,
                                Workspace work) {
  frozen_forward(layer, x, decomposed() ? ConstTensor() : layer.bias, y, work.arena, work.stream);
  add_delta(x_disk, y, pass, work);
}

void DeltaAdapter::forward(const Linear& layer, ConstTensor x, Tensor y, const PassContext& pass, Arena& arena, Stream& stream) {
  const Arena::Scope scope(arena);
  const Workspace work{arena, stream};
  frozen_forward(layer, x, decomposed() ? ConstTensor() : layer.bias, y, arena, stream);
  const Tensor frozen = pass.strength == 1 ? Tensor() : arena.alloc(y.dtype(), y.shape());
  if (frozen) copy({y, frozen}, stream);
  add_delta(to_disk_order(layer, x, work), y, pass, work);
  if (decomposed()) gated_add({.x = batched(y), .h = batched(y), .gate = gate_.view(), .y = batched(y)}, stream);
  if (frozen) add({.a = y, .b = frozen, .y = y, .alpha = pass.strength, .beta = 1 - pass.strength}, stream);
  if (decomposed() && layer.bias) add({.a = y, .b = layer.bias, .y = y}, stream);
}

Tensor DeltaAdapter::direction_gradient(const Linear& layer, ConstTensor dy, ConstTensor x, ConstTensor x_disk,
                                        const PassContext& pass, Workspace work) {
  const int64_t out = layer.out_features();
  const Tensor z = work.arena.alloc(dy.dtype(), dy.shape());
  undecomposed(layer, x, x_disk, z, pass, work);
  // z = x V^T enters as y = z + gate * z, so dz = dy + gate * dy.
  const Tensor dgate = work.arena.alloc(DType::f32, {1, out});
  fill({dgate, 0}, work.stream);
  const Tensor dz = work.arena.alloc(dy.dtype(), dy.shape());
  gated_add_backward({.dy = batched(dy), .h = batched(z), .gate = gate_.view(), .dh = batched(dz), .dgate = dgate}, work.stream);
  add({.a = dz, .b = dy, .y = dz}, work.stream);
  const Tensor row_gain = decompose_ == Decompose::coupled ? work.arena.alloc(DType::f32, {out}) : Tensor();
  dora_gate_backward({.dgate = dgate.reshape({out}),
                      .magnitude = flat(magnitude_.value),
                      .norm = norm_.view(),
                      .dmagnitude = flat(magnitude_.grad),
                      .row_gain = row_gain,
                      .eps = norm_eps_},
                     work.stream);
  if (row_gain) add_norm_gradient(layer, row_gain, work);
  return dz;
}

void DeltaAdapter::add_norm_gradient(const Linear& layer, ConstTensor row_gain, Workspace work) {
  const Arena::Scope scope(work.arena);
  const Tensor adapted = adapted_rows(layer, 0, layer.out_features(), work);
  row_scale({.x = adapted, .scale = row_gain, .y = adapted}, work.stream);
  add_dense_gradients(adapted, work);
}

void DeltaAdapter::backward(const Linear& layer, ConstTensor dy, ConstTensor x, Tensor dx, Write write, const PassContext& pass,
                            Arena& arena, Stream& stream) {
  const Arena::Scope scope(arena);
  const Workspace work{arena, stream};
  const ConstTensor x_disk = to_disk_order(layer, x, work);
  const ConstTensor gradient = dense(dy, work);
  const ConstTensor dz = decomposed() ? direction_gradient(layer, gradient, x, x_disk, pass, work) : gradient;
  if (dx) frozen_backward(layer, dz, dx, write, arena, stream);
  if (!dx || !is_convolution(layer)) return add_delta_gradients(dz, x_disk, dx, pass, work);
  const Tensor dx_disk = arena.alloc(dx.dtype(), dx.shape()), reordered = arena.alloc(dx.dtype(), dx.shape());
  fill({dx_disk, 0}, stream);
  add_delta_gradients(dz, x_disk, dx_disk, pass, work);
  from_disk_order(layer, dx_disk, reordered, stream);
  add({.a = dx, .b = reordered, .y = dx}, stream);
}

void DeltaAdapter::merged_weight(const Linear& layer, Tensor out, Workspace work) {
  for (int64_t begin = 0; begin < layer.out_features(); begin += kRowBlock) {
    const Arena::Scope scope(work.arena);
    const int64_t end = std::min(begin + kRowBlock, layer.out_features());
    const Tensor rows = adapted_rows(layer, begin, end, work);
    if (decomposed()) {
      // V + gate * V in f32, whatever the dtype of the gate the passes use.
      const Tensor gate = work.arena.alloc(DType::f32, {layer.out_features()});
      dora_gate({.magnitude = flat(magnitude_.value), .norm = norm_.view(), .gate = gate, .eps = norm_eps_}, work.stream);
      const Tensor scaled = work.arena.alloc(DType::f32, rows.shape());
      row_scale({.x = rows, .scale = gate.slice(0, begin, end), .y = scaled}, work.stream);
      add({.a = rows, .b = scaled, .y = rows}, work.stream);
    }
    from_disk_order(layer, rows, out.slice(0, begin, end), work.stream);
  }
}

}  // namespace sidestep
