#pragma once
// What attention's forward and backward pass share on the CPU: heads packed for register tiles.
#include <algorithm>
#include <cstdint>

#include "core/stream.h"
#include "core/tensor.h"
#include "ops/attention.h"
#include "ops/attention_band.h"
#include "ops/tile_product.h"

namespace sidestep::cpu {

/// Keys or queries of a tile, and where the first tile may begin: where streaming sums are cut decides their bits, so it is
/// the same for every instruction set.
constexpr int64_t kTileLength = 128, kTileAlignment = 32;

/// Columns of a panel: whole vectors, as many as a register tile has room for, and a whole number of panels in every tile.
inline int64_t panel_width() {
  const gemm_detail::TileKernels& kernels = gemm_detail::tile_kernels();
  int64_t width = kernels.columns();
  while (kTileAlignment % width != 0) width -= kernels.lanes;
  return width;
}

/// Sums of weights run in this many lanes (ops/vector.h): keys of a register tile's queries begin at a multiple of it.
constexpr int64_t kSumLanes = 16;

inline const uint8_t* mask_row(const ConstTensor& key_mask, int64_t b) {
  return key_mask ? key_mask.data<uint8_t>() + b * key_mask.stride(0) : nullptr;
}

/// Queries of a register tile and neighbouring keys.
struct ScoreTile {
  int64_t first_query, queries;
  int64_t first_key, keys;
};
/// scores [queries, stride] of keys that a query may not attend become minus infinity, as do those that fill up the last 16.
/// mask: of all keys, or null.
void hide_keys(const Reach& reach, const ScoreTile& tile, const uint8_t* mask, float* scores, int64_t stride);

/// A tensor [B, T, H, hd] transposed head by head into panels: panel (b, h, i) holds rows i * width … of head h as
/// [hd, width], zeros where there are none. The B operand of scores: one panel is one register tile wide.
struct HeadPanels {
  const float* data;
  int64_t heads, per_head, width, head_dim;

  static int64_t floats(const ConstTensor& x, int64_t width) {
    return x.dim(0) * x.dim(2) * round_up(x.dim(1), width) * x.dim(3);
  }
  const float* panel(int64_t b, int64_t h, int64_t i) const { return data + ((b * heads + h) * per_head + i) * head_dim * width; }
};
HeadPanels pack_panels(const ConstTensor& x, int64_t width, float* memory, Stream& stream);

/// A tensor [B, T, H, hd] as f32 rows that may be read by whole vectors: its own memory when that is so already.
struct HeadRows {
  const float* data;
  int64_t batch_stride, row_stride, head_stride;

  static int64_t floats(const ConstTensor& x);  ///< 0: its own memory will do
  const float* row(int64_t b, int64_t t, int64_t h) const { return data + b * batch_stride + t * row_stride + h * head_stride; }
};
HeadRows pack_rows(const ConstTensor& x, float* memory, Stream& stream);

}  // namespace sidestep::cpu
