#pragma once
#include <cstdint>

#include "adapters/config.h"
#include "models/linear.h"

namespace sidestep {

/// How LyCORIS splits one side of a weight: two divisors, the smaller first, as near to each other as the factor allows
/// (lycoris.functional.factorization).
struct Split {
  int64_t small = 1, large = 1;
};
Split factorization(int64_t dimension, int64_t factor);

/// The Kronecker structure of one module's delta: kron(w1 [l, m], w2 [k, n * taps]), of which each factor is either one
/// matrix or a product of low rank.
struct LokrShape {
  int64_t l = 1, k = 1;  ///< out_features = l * k
  int64_t m = 1, n = 1;  ///< channels in = m * n
  int64_t taps = 1;
  int64_t rank = 1;
  bool w1_is_full = true, w2_is_full = true;
  bool tucker = false;  ///< w2 = tucker(t2, w2_a, w2_b)
  double alpha = 1;     ///< as saved: forced to rank where both factors are full
  double scale = 1;
};
/// As LyCORIS chooses it, or as the module's file has it. Throws adapter/tensor-shape when that does not fit the layer.
LokrShape lokr_shape(const AdapterConfig& config, const Linear& layer);

}  // namespace sidestep
