#pragma once
#include <cstdint>

namespace sidestep::gemm_detail {

/// Where a tile's rows of op(A) come from. packed: `a[k * rows + i]`, written by gemm_pack. direct: `a[i * lda + k]`, the
/// caller's own row-major matrix.
enum class Source : uint8_t { packed, direct };

/// One register tile: rows × columns of C over kc terms of the sum.
struct Tile {
  int64_t kc;
  const float* a;
  int64_t lda;  ///< Source::direct only
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

  int columns() const { return vectors * lanes; }
};

/// The best that this processor runs; $SIDESTEP_CPU_ISA (avx512, avx2, portable) asks for a lesser one. Chosen once.
const TileKernels& tile_kernels();

/// Null where the compiler cannot build them.
const TileKernels* tile_kernels_avx512();
const TileKernels* tile_kernels_avx2();
const TileKernels* tile_kernels_portable();

}  // namespace sidestep::gemm_detail
