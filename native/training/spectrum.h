#pragma once
#include <cstdint>
#include <vector>

#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// Squares of all singular values of weight [O, I] (any float dtype, host memory), largest first, in f64: the eigenvalues of
/// its smaller Gram matrix, by Householder tridiagonalisation and implicit QL (Golub & Van Loan 2013, ch. 8).
/// Cost about 4/3 n^3 FLOPs for the smaller side n, plus the Gram matrix.
std::vector<double> singular_energies(ConstTensor weight, Stream& stream);

/// How many of the largest singular values cover less than `energy` of the sum of squares, plus 1: upstream's spectral.py.
int64_t effective_rank(ConstTensor weight, double energy, Stream& stream);

}  // namespace sidestep
