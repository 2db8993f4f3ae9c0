#pragma once
#include "core/thread_pool.h"
#include "ops/gemm_pack.h"

namespace sidestep::gemm_detail {

/// One f32 product c = alpha * a b + beta * c + bias: a's lines are c's rows, b's lines are c's columns.
struct Problem {
  int64_t m, n, k;
  Operand a, b;
  float* c;
  int64_t ldc;
  float alpha, beta;
  const float* bias;  ///< [n] or null
};

/// Packed and blocked after Goto & van de Geijn 2008 and Van Zee & van de Geijn 2015 (BLIS), with paths that skip packing
/// where an operand is used too few times to repay it. Every element of c is one chain of fused multiply-adds in the order
/// of k, cut at places that only k decides, so bits depend neither on threads nor on the path's blocking of m and n.
/// `pool` null: on this thread alone.
void multiply_blocked(const Problem& problem, ThreadPool* pool);

}  // namespace sidestep::gemm_detail
