#pragma once
// What attention's forward and backward pass share: which keys a query may attend, heads packed for the register tile of
// gemm_tile.h, and small products made of such tiles.
#include <algorithm>
#include <cstdint>
#include <memory>

#include "core/memory.h"
#include "core/stream.h"
#include "core/tensor.h"
#include "ops/attention.h"
#include "ops/gemm_pack.h"
#include "ops/gemm_tile.h"

namespace sidestep::cpu {

/// Keys (or queries) first … last-1.
struct IndexRange {
  int64_t first, last;
};

/// Band and triangle; the mask comes on top.
struct Reach {
  int64_t keys, window;
  Causality causality;

  IndexRange of(int64_t query) const {
    IndexRange range{0, keys};
    if (window != kNoWindow) range = {std::max<int64_t>(0, query - window), std::min(keys, query + window + 1)};
    if (causality == Causality::causal) range.last = std::min(range.last, query + 1);
    return range;
  }
  /// Keys that any of queries first … last-1 may attend.
  IndexRange of(int64_t first, int64_t last) const { return {of(first).first, of(last - 1).last}; }
  /// Queries that may attend a key, of `queries` in all.
  IndexRange queries_of(int64_t key, int64_t queries) const {
    IndexRange range{0, queries};
    if (window != kNoWindow) range = {std::max<int64_t>(0, key - window), std::min(queries, key + window + 1)};
    if (causality == Causality::causal) range.first = std::max(range.first, key);
    return range;
  }
  /// Keys that all of them may attend.
  IndexRange common(int64_t first, int64_t last) const { return {of(last - 1).first, of(first).last}; }
};

inline const uint8_t* mask_row(const ConstTensor& key_mask, int64_t b) {
  return key_mask ? key_mask.data<uint8_t>() + b * key_mask.stride(0) : nullptr;
}

/// Memory of one thread that grows to the largest size asked for and is used again.
class ThreadScratch {
 public:
  float* at_least(int64_t floats) {
    if (floats > size_) {
      memory_ = allocate({}, static_cast<size_t>(floats) * sizeof(float));
      size_ = floats;
    }
    return static_cast<float*>(memory_.get());
  }

 private:
  std::shared_ptr<void> memory_;
  int64_t size_ = 0;
};

inline int64_t round_up(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

/// A whole number of vectors on every instruction set.
inline int64_t padded(int64_t n) { return round_up(n, 16); }

/// A tensor [B, T, H, hd] transposed head by head into panels: panel (b, h, i) holds rows i * width … of head h as
/// [hd, width], zeros where there are none. The B operand of scores: one panel is one register tile wide.
struct HeadPanels {
  const float* data;
  int64_t heads, per_head, width, head_dim;

  static int64_t floats(const ConstTensor& x, int64_t width) {
    return x.dim(0) * x.dim(2) * round_up(x.dim(1), width) * x.dim(3);
  }
  const float* panel(int64_t b, int64_t h, int64_t i) const {
    return data + ((b * heads + h) * per_head + i) * head_dim * width;
  }
};
HeadPanels pack_panels(const ConstTensor& x, int64_t width, float* memory, Stream& stream);

/// A tensor [B, T, H, hd] as f32 rows that may be read by whole vectors: its own memory when that is so already.
struct HeadRows {
  const float* data;
  int64_t batch_stride, row_stride, head_stride;

  static int64_t floats(const ConstTensor& x);  ///< 0: its own memory will do
  const float* row(int64_t b, int64_t t, int64_t h) const {
    return data + b * batch_stride + t * row_stride + h * head_stride;
  }
};
HeadRows pack_rows(const ConstTensor& x, float* memory, Stream& stream);

/// c[rows, columns] = alpha * a b + beta * c on one thread, a product of few hundred in each direction.
struct TileProduct {
  gemm_detail::Source source;  ///< row_major: a is [rows, k]; interleaved: a is [k, rows]; either with stride a_step
  const float* a;
  int64_t a_step;
  int64_t rows, group; ///< group: rows of a register tile; the last one may be smaller
  const float* b;      ///< [k, columns] with stride b_step, or panels [k, panel width] one after the other
  int64_t b_step;
  int64_t b_next;      ///< from one register tile's columns to the next: width, or width * k for panels
  int64_t k, columns;
  float* c;
  int64_t ldc;
  float alpha = 1, beta = 0;
};
void tile_product(const TileProduct& p);

/// Rows of equal height that a register tile takes: 22 rows are 11 + 11, not 14 + 8.
inline int64_t group_height(int64_t rows) {
  const int64_t most = gemm_detail::tile_kernels().rows, groups = (rows + most - 1) / most;
  return (rows + groups - 1) / groups;
}

}  // namespace sidestep::cpu
