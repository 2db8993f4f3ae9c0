#include "ops/attention_tiles.h"

#include <limits>

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

struct RowBlock {
  int64_t b, h, first, rows;
};

/// body(block) for every head of every block of rows, in parallel. All heads of some rows come one after the other, as they
/// lie in memory; by threads they are cut as the rows are in the ops around.
template <typename Body>
void over_row_blocks(const ConstTensor& x, int64_t rows, Stream& stream, const Body& body) {
  const int64_t blocks = (x.dim(1) + rows - 1) / rows;
  stream.pool().parallel_for(x.dim(0) * blocks, [&](int64_t task) {
    const int64_t first = task % blocks * rows;
    for (int64_t h = 0; h < x.dim(2); ++h) body(RowBlock{task / blocks, h, first, std::min(rows, x.dim(1) - first)});
  });
}

constexpr int64_t kRowsTogether = 32;

constexpr float kNegativeInfinity = -std::numeric_limits<float>::infinity();

}  // namespace

void hide_keys(const Reach& reach, const ScoreTile& tile, const uint8_t* mask, float* scores, int64_t stride) {
  const int64_t first = tile.first_key, last = first + tile.keys, end = first + padded(tile.keys);
  const IndexRange common = reach.common(tile.first_query, tile.first_query + tile.queries);
  if (first >= common.first && last <= common.last && mask == nullptr && end == last) return;
  for (int64_t r = 0; r < tile.queries; ++r) {
    float* row = scores + r * stride - first;
    const IndexRange range = reach.of(tile.first_query + r);
    for (int64_t s = first; s < std::min(range.first, end); ++s) row[s] = kNegativeInfinity;
    for (int64_t s = std::max(first, std::min(range.last, last)); s < end; ++s) row[s] = kNegativeInfinity;
    if (mask == nullptr) continue;
    for (int64_t s = first; s < last; ++s) {
      if (mask[s] == 0) row[s] = kNegativeInfinity;
    }
  }
}

HeadPanels pack_panels(const ConstTensor& x, int64_t width, float* memory, Stream& stream) {
  const int64_t heads = x.dim(2), hd = x.dim(3), per_head = (x.dim(1) + width - 1) / width;
  const HeadPanels panels{memory, heads, per_head, width, hd};
  over_row_blocks(x, width, stream, [&](const RowBlock& at) {
    gemm_detail::pack(head_of(x, at.b, at.h, Along::k), {at.first, at.rows, width, 0, hd},
                      memory + (panels.panel(at.b, at.h, at.first / width) - memory));
  });
  return panels;
}

int64_t HeadRows::floats(const ConstTensor& x) {
  return readable_by_vectors(x) ? 0 : x.dim(0) * x.dim(1) * x.dim(2) * padded(x.dim(3));
}

HeadRows pack_rows(const ConstTensor& x, float* memory, Stream& stream) {
  if (readable_by_vectors(x)) return {x.data<float>(), x.stride(0), x.stride(1), x.stride(2)};
  const int64_t rows = x.dim(1), heads = x.dim(2), width = padded(x.dim(3));
  over_row_blocks(x, kRowsTogether, stream, [&](const RowBlock& at) {
    gemm_detail::pack(head_of(x, at.b, at.h, Along::panel), {0, x.dim(3), width, at.first, at.rows},
                      memory + ((at.b * heads + at.h) * rows + at.first) * width);
  });
  return {memory, heads * rows * width, width, rows * width};
}

}  // namespace sidestep::cpu
