#include "models/linear.h"

#include <algorithm>

#include "ops/elementwise.h"
#include "ops/gemm.h"
#include "ops/gemm8bit.h"
#include "ops/quantise_rows.h"
#include "ops/quantised.h"

namespace sidestep {

namespace {

/// Scratch for the part of a matrix that a product takes at a time: every matrix of the 2B model in bf16 is one part.
constexpr int64_t kPartBytes = int64_t{32} << 20;

/// Lines of `length` elements that fit, a multiple of kQuantisedBlock.
int64_t lines_at_once(int64_t length, DType dtype) {
  const int64_t fitting = kPartBytes / (length * static_cast<int64_t>(dtype_size(dtype)));
  return std::max(kQuantisedBlock, fitting / kQuantisedBlock * kQuantisedBlock);
}

bool kept_as(const FrozenMatrix& matrix, DType dtype) { return !matrix.scales && matrix.values.dtype() == dtype; }

/// Whether a product takes the matrix as it is. A CPU's f32 product widens 16-bit values itself while it packs them.
bool multiplies_in_place(const FrozenMatrix& matrix, DType dtype) {
  const bool widens = dtype == DType::f32 && !matrix.scales && dtype_size(matrix.values.dtype()) == 2;
  return kept_as(matrix, dtype) || (widens && matrix.device().kind != DeviceKind::cuda);
}

}  // namespace

ConstTensor matrix_part(const FrozenMatrix& matrix, const MatrixPart& part, DType dtype, Arena& arena, Stream& stream) {
  const ConstTensor values = matrix.values.slice(0, part.first_row, part.end_row).slice(1, part.first_column, part.end_column);
  if (kept_as(matrix, dtype)) return values;
  const Tensor out = arena.alloc(dtype, values.shape());
  if (!matrix.scales) {
    copy({values, out}, stream);
    return out;
  }
  ConstTensor scales = matrix.scales_of(part.first_row, part.end_row);
  if (!matrix.format()) scales = scales.slice(1, part.first_column / kQuantisedBlock, quantised_blocks(part.end_column));
  dequantise({.codes = values, .scales = scales, .y = out, .format = matrix.format()}, stream);
  return out;
}

namespace {

/// What a product of codes takes in place of its first operand.
struct CodedOperand {
  Tensor codes, scales;
};
CodedOperand coded(ConstTensor x, ConstTensor factors, CodeFormat format, Arena& arena, Stream& stream) {
  const CodedOperand out{arena.alloc(DType::u8, x.shape()), arena.alloc(DType::f32, scale_shape(format, x.dim(0)))};
  quantise_rows({.x = x, .factors = factors, .format = format, .codes = out.codes, .scales = out.scales}, stream);
  return out;
}

void forward_by_codes(const FrozenMatrix& weight, ConstTensor x, ConstTensor bias, Tensor y, float beta, Arena& arena,
                      Stream& stream) {
  const Arena::Scope scope(arena);
  const CodeFormat format = *weight.format();
  const CodedOperand a = coded(x, {}, format, arena, stream);
  gemm8bit({.format = format,
            .a = a.codes,
            .a_scales = a.scales,
            .b = weight.values,
            .b_scales = weight.scales,
            .c = y,
            .beta = beta,
            .bias = bias},
           stream);
}

void backward_by_codes(const FrozenMatrix& weight, ConstTensor dy, Tensor dx, float beta, Arena& arena, Stream& stream) {
  const Arena::Scope scope(arena);
  const CodeFormat format = *weight.format();
  const bool by_row = format == CodeFormat::int8;
  const CodedOperand a = coded(dy, by_row ? weight.scales : ConstTensor(), format, arena, stream);
  const Tensor turned = arena.alloc(DType::u8, {weight.shape()[1], weight.shape()[0]});
  copy({weight.values.transposed(0, 1), turned}, stream);
  gemm8bit({.format = format,
            .a = a.codes,
            .a_scales = a.scales,
            .b = turned,
            .b_scales = by_row ? ConstTensor() : weight.scales,
            .c = dx,
            .beta = beta},
           stream);
}

}  // namespace

void frozen_forward(const FrozenMatrix& weight, ConstTensor x, ConstTensor bias, Tensor y, Arena& arena, Stream& stream,
                    Write write) {
  const int64_t in = weight.shape()[1], out = weight.shape()[0];
  const float beta = write == Write::accumulate ? 1.0F : 0.0F;
  if (weight.format()) return forward_by_codes(weight, x, bias, y, beta, arena, stream);
  if (multiplies_in_place(weight, x.dtype())) {
    gemm({.a = x, .b = weight.values, .c = y, .trans_b = Transpose::yes, .beta = beta, .bias = bias}, stream);
    return;
  }
  const int64_t step = lines_at_once(in, x.dtype());
  for (int64_t begin = 0; begin < out; begin += step) {
    const Arena::Scope scope(arena);
    const int64_t end = std::min(out, begin + step);
    const ConstTensor rows = matrix_part(weight, {begin, end, 0, in}, x.dtype(), arena, stream);
    gemm({.a = x,
          .b = rows,
          .c = y.slice(1, begin, end),
          .trans_b = Transpose::yes,
          .beta = beta,
          .bias = bias ? bias.slice(0, begin, end) : ConstTensor()},
         stream);
  }
}

void frozen_backward(const FrozenMatrix& weight, ConstTensor dy, Tensor dx, Write write, Arena& arena, Stream& stream) {
  const int64_t in = weight.shape()[1], out = weight.shape()[0];
  const float beta = write == Write::accumulate ? 1.0F : 0.0F;
  if (weight.format()) return backward_by_codes(weight, dy, dx, beta, arena, stream);
  if (multiplies_in_place(weight, dy.dtype())) {
    gemm({.a = dy, .b = weight.values, .c = dx, .beta = beta}, stream);
    return;
  }
  const int64_t step = lines_at_once(out, dy.dtype());
  for (int64_t begin = 0; begin < in; begin += step) {
    const Arena::Scope scope(arena);
    const int64_t end = std::min(in, begin + step);
    const ConstTensor columns = matrix_part(weight, {0, out, begin, end}, dy.dtype(), arena, stream);
    gemm({.a = dy, .b = columns, .c = dx.slice(1, begin, end), .beta = beta}, stream);
  }
}

void frozen_forward(const Linear& layer, ConstTensor x, ConstTensor bias, Tensor y, Arena& arena, Stream& stream, Write write) {
  frozen_forward(layer.weight, x, bias, y, arena, stream, write);
}

void frozen_backward(const Linear& layer, ConstTensor dy, Tensor dx, Write write, Arena& arena, Stream& stream) {
  frozen_backward(layer.weight, dy, dx, write, arena, stream);
}

void linear_forward(const Linear& layer, ConstTensor x, Tensor y, const PassContext& pass, Arena& arena, Stream& stream) {
  if (layer.adapter && pass.strength != 0) return layer.adapter->forward(layer, x, y, pass, arena, stream);
  frozen_forward(layer, x, layer.bias, y, arena, stream);
}

void linear_backward(const Linear& layer, ConstTensor dy, ConstTensor x, Tensor dx, Write write, const PassContext& pass,
                     Arena& arena, Stream& stream) {
  if (layer.adapter) return layer.adapter->backward(layer, dy, x, dx, write, pass, arena, stream);
  if (dx) frozen_backward(layer, dy, dx, write, arena, stream);
}

}  // namespace sidestep
