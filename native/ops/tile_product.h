#pragma once
// Small products made of the register tiles of gemm_tile.h, for ops that lay out their operands themselves: attention and
// convolutions.
#include <algorithm>
#include <cstdint>

#include "ops/gemm_tile.h"
#include "ops/thread_scratch.h"

namespace sidestep::cpu {

inline int64_t round_up(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

/// A whole number of vectors on every instruction set.
inline int64_t padded(int64_t n) { return round_up(n, 16); }

/// c[rows, columns] = alpha * a b + beta * c on one thread, a product of few hundred in each direction.
struct TileProduct {
  gemm_detail::Source source;  ///< row_major: a is [rows, k]; interleaved: a is [k, rows]; either with stride a_step
  const float* a;
  int64_t a_step;
  int64_t rows, group;  ///< group: rows of a register tile; the last one may be smaller
  const float* b;       ///< [k, columns] with stride b_step, or panels [k, panel width] one after the other
  int64_t b_step;
  int64_t b_next;  ///< from one register tile's columns to the next: width, or width * k for panels
  int64_t width = gemm_detail::tile_kernels().columns();  ///< columns of a register tile: whole vectors, not more than there are
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
