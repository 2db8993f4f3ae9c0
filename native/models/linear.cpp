#include "models/linear.h"

#include "ops/gemm.h"

namespace sidestep {

void linear_forward(const Linear& layer, ConstTensor x, Tensor y, const PassContext& pass, Arena& arena, Stream& stream) {
  if (layer.adapter) return layer.adapter->forward(layer, x, y, pass, arena, stream);
  gemm({.a = x, .b = layer.weight, .c = y, .trans_b = Transpose::yes, .bias = layer.bias}, stream);
}

void linear_backward(const Linear& layer, ConstTensor dy, ConstTensor x, Tensor dx, Write write, const PassContext& pass,
                     Arena& arena, Stream& stream) {
  if (layer.adapter) return layer.adapter->backward(layer, dy, x, dx, write, pass, arena, stream);
  if (!dx) return;
  gemm({.a = dy, .b = layer.weight, .c = dx, .beta = write == Write::accumulate ? 1.0F : 0.0F}, stream);
}

}  // namespace sidestep
