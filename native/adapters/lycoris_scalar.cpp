#include "adapters/lycoris_scalar.h"

#include "adapters/trained.h"
#include "ops/elementwise.h"
#include "ops/gemm.h"

namespace sidestep {

namespace {

template <typename T>
T column(const T& t) {
  return t.reshape({t.numel(), 1});
}

template <typename T>
T one_by_one(const T& t) {
  return t.reshape({1, 1});
}

}  // namespace

FactorScalar::FactorScalar(Device device) : scalar_(make_trained("scalar", Shape{}, device)) {}

void FactorScalar::set(float value, Stream& stream) const { fill({scalar_.value.tensor(), value}, stream); }

ConstTensor FactorScalar::times(ConstTensor factor, Workspace work) const {
  if (!used()) return factor;
  const Tensor out = work.arena.alloc(DType::f32, factor.shape());
  gemm({.a = column(factor), .b = one_by_one(scalar_.value.view()), .c = column(out)}, work.stream);
  return out;
}

void FactorScalar::add_gradients(ConstTensor gradient, ConstTensor factor, Tensor d_factor, Workspace work) const {
  if (!used()) return add({.a = d_factor, .b = gradient, .y = d_factor}, work.stream);
  gemm({.a = column(gradient), .b = one_by_one(scalar_.value.view()), .c = column(d_factor), .beta = 1}, work.stream);
  gemm({.a = column(gradient), .b = column(factor), .c = one_by_one(scalar_.grad.tensor()), .trans_a = Transpose::yes, .beta = 1},
       work.stream);
}

void fold_scalar(const FactorScalar& scalar, const SavedTensor& factor, Stream& stream) {
  const Storage host = saved_copy(scalar.trained(), stream).value;
  const float value = host.view().data<float>()[0];
  float* values = factor.value.tensor().data<float>();
  for (int64_t i = 0; i < factor.value.tensor().numel(); ++i) values[i] *= value;
}

}  // namespace sidestep
