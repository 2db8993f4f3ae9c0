#include "ops/tile_product.h"

namespace sidestep::cpu {

using gemm_detail::tile_kernels;

void tile_product(const TileProduct& p) {
  const gemm_detail::TileKernels& kernels = tile_kernels();
  const auto source = static_cast<size_t>(p.source);
  const float* b = p.b;
  for (int64_t column = 0; column < p.columns; column += p.width, b += p.b_next) {
    const int64_t columns = std::min(p.width, p.columns - column), vectors = (columns + kernels.lanes - 1) / kernels.lanes;
    for (int64_t row = 0; row < p.rows; row += p.group) {
      const int64_t rows = std::min(p.group, p.rows - row);
      const float* a = p.source == gemm_detail::Source::interleaved ? p.a + row : p.a + row * p.a_step;
      kernels.tile[source][rows - 1][vectors - 1]({.kc = p.k,
                                                   .a = a,
                                                   .a_step = p.a_step,
                                                   .b = b,
                                                   .b_step = p.b_step,
                                                   .c = p.c + row * p.ldc + column,
                                                   .ldc = p.ldc,
                                                   .columns = columns,
                                                   .alpha = p.alpha,
                                                   .beta = p.beta,
                                                   .bias = nullptr});
    }
  }
}

}  // namespace sidestep::cpu
