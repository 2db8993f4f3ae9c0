#pragma once
#include <optional>
#include <string>

#include "ops/gemm_blocked.h"

namespace sidestep::gemm_detail {

/// The BLAS that large products run on, when the engine was built with -DSIDESTEP_BLAS=ON; the engine's own kernel otherwise.
/// With a BLAS, results have the bits that it gives: another build, another machine or another number of its threads may
/// give others.
std::optional<std::string> blas_name();

/// Whether `multiply_by_blas` is there and worth calling: f32, and no side shorter than a few tiles.
bool suits_blas(const Problem& problem);
void multiply_by_blas(const Problem& problem);

}  // namespace sidestep::gemm_detail
