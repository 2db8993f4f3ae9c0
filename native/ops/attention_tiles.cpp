#include "ops/attention_tiles.h"

#include "ops/gemm_pack.h"

namespace sidestep::cpu {

using gemm_detail::Along;
using gemm_detail::Operand;
using gemm_detail::tile_kernels;

namespace {

/// Head h of sample b as a matrix of rows.
Operand head_of(const ConstTensor& x, int64_t b, int64_t h, Along along) {
  const int64_t offset = b * x.stride(0) + h * x.stride(2);
  const auto* data = static_cast<const std::byte*>(x.raw()) + offset * static_cast<int64_t>(dtype_size(x.dtype()));
  return {data, x.dtype(), x.stride(1), along};
}

// Rows further apart than this fall on few sets of the first cache and push each other out; a copy costs less.
constexpr int64_t kFarthestRows = 256;

bool readable_by_vectors(const ConstTensor& x) {
  return x.dtype() == DType::f32 && x.dim(3) % tile_kernels().lanes == 0 && x.stride(1) <= kFarthestRows;
}

}  // namespace

HeadPanels pack_panels(const ConstTensor& x, int64_t width, float* memory, Stream& stream) {
  const int64_t rows = x.dim(1), heads = x.dim(2), hd = x.dim(3), per_head = (rows + width - 1) / width;
  stream.pool().parallel_for(x.dim(0) * heads * per_head, [&](int64_t task) {
    const int64_t b = task / (heads * per_head), h = task / per_head % heads, first = task % per_head * width;
    gemm_detail::pack(head_of(x, b, h, Along::k), {first, std::min(width, rows - first), width, 0, hd},
                      memory + task * hd * width);
  });
  return {memory, heads, per_head, width, hd};
}

int64_t HeadRows::floats(const ConstTensor& x) {
  return readable_by_vectors(x) ? 0 : x.dim(0) * x.dim(1) * x.dim(2) * padded(x.dim(3));
}

HeadRows pack_rows(const ConstTensor& x, float* memory, Stream& stream) {
  if (readable_by_vectors(x)) return {x.data<float>(), x.stride(0), x.stride(1), x.stride(2)};
  const int64_t rows = x.dim(1), heads = x.dim(2), width = padded(x.dim(3));
  stream.pool().parallel_for(x.dim(0) * heads, [&](int64_t task) {
    gemm_detail::pack(head_of(x, task / heads, task % heads, Along::panel), {0, x.dim(3), width, 0, rows},
                      memory + task * rows * width);
  });
  return {memory, heads * rows * width, width, rows * width};
}

}  // namespace sidestep::cpu
