#pragma once
// The table of inner loops, filled with the versions of the including file's instruction set.
#include "ops/attention_kernels.h"
#include "ops/elementwise_kernels.h"
#include "ops/kernels.h"
#include "ops/norm_kernels.h"

namespace sidestep {
namespace {

constexpr cpu::VectorKernels make_kernels(const char* name) {
  cpu::VectorKernels k{};
  k.name = name;
  k.add = add_kernel;
  k.multiply = multiply_kernel;
  k.silu = silu_kernel;
  k.silu_backward = silu_backward_kernel;
  k.swiglu = swiglu_kernel;
  k.swiglu_backward = swiglu_backward_kernel;
  k.gated_add = gated_add_kernel;
  k.accumulate = accumulate_kernel;
  k.accumulate_product = accumulate_product_kernel;
  k.convert = convert_kernel;
  k.dot = dot_kernel;
  k.sum_of_squares = sum_of_squares_kernel;
  k.normalise = normalise_kernel;
  k.normalise_modulated = normalise_modulated_kernel;
  k.normalise_backward = normalise_backward_kernel;
  k.head_norm_rope = head_norm_rope_kernel;
  k.head_norm_rope_backward = head_norm_rope_backward_kernel;
  k.snake = snake_kernel;
  k.softmax_rows = softmax_rows_kernel;
  k.softmax_backward_rows = softmax_backward_rows_kernel;
  k.exp = exp_kernel;
  return k;
}

}  // namespace
}  // namespace sidestep
