#pragma once
#include <cstdint>

#include "ops/instruction_set.h"

namespace sidestep::gemm_detail {

/// How a tile's rows of op(A) lie. interleaved: `a[k * a_step + i]`, a panel written by gemm_pack or a transposed matrix as
/// it is. row_major: `a[i * a_step + k]`, the caller's own matrix.
enum class Source : uint8_t { interleaved, row_major };

/// One register tile: rows × columns of C over kc terms of the sum.
struct Tile {
  int64_t kc;
  const float* a;
  int64_t a_step;
  const float* b;
  int64_t b_step;  ///< from one k to the next
  float* c;
  int64_t ldc;
  int64_t columns;  ///< to store; the tile computes whole vectors
  float alpha, beta;
  const float* bias;  ///< for these columns, or null
};

/// Dot products of `rows` rows of A with `columns` rows of B, all contiguous along k: memory-bound products.
struct Dots {
  int64_t k;
  const float* a;
  int64_t lda;
  const float* b;
  int64_t ldb;
  float* c;
  int64_t ldc;
  int64_t columns;
  float alpha, beta;
  const float* bias;
};

constexpr int kMaxTileRows = 14;
constexpr int kMaxTileVectors = 3;
constexpr int kMaxDotRows = 8;

/// The innermost loops for one instruction set. A tile is up to `rows` × `vectors` · `lanes`; smaller ones have their own
/// code, so that 16 rows are two tiles of 8, not 14 and a padded 2.
struct TileKernels {
  const char* name;
  int rows, vectors, lanes;
  using TileFunction = void (*)(const Tile&);
  using DotsFunction = void (*)(const Dots&);
  TileFunction tile[2][kMaxTileRows][kMaxTileVectors];  ///< [Source][rows - 1][vectors - 1]
  DotsFunction dots[kMaxDotRows];                       ///< [rows - 1]
  /// to[k * step + i] = from[i * ld + k] for `lanes` lines i and k < kc, a multiple of `lanes`.
  void (*transpose)(const float* from, int64_t ld, float* to, int64_t step, int64_t kc);
  /// to[p * columns() * kc + k * columns() + i] = from[k * ld + p * columns() + i] for p < panels, i < columns().
  void (*copy_rows)(const float* from, int64_t ld, float* to, int64_t panels, int64_t kc);

  int columns() const { return vectors * lanes; }
};

/// Those of `cpu::instruction_set()`.
const TileKernels& tile_kernels();
/// Those of an available one.
const TileKernels& tile_kernels_of(cpu::InstructionSet set);

/// Null where the compiler cannot build them.
const TileKernels* tile_kernels_avx512();
const TileKernels* tile_kernels_avx2();
const TileKernels* tile_kernels_neon();
const TileKernels* tile_kernels_portable();

}  // namespace sidestep::gemm_detail
